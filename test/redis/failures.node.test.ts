import { describeFailures } from "./failures.ts";

describeFailures("Node");
