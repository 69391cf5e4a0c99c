import { describeFailures } from "./failures.ts";

describeFailures("workerd");
