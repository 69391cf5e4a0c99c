import { describeCircuits } from "./circuits.ts";

describeCircuits("Node");
