import { describeCircuits } from "./circuits.ts";

describeCircuits("workerd");
