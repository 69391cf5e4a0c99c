/** @module What a run of the bench may be asked for. */
import { expect, test } from "vitest";
import { readAsked } from "../../bench/asked.ts";

const read = (...args: string[]) => readAsked(args, ["costs", "worker"]);

test("suites and flags come in any order", () => {
  expect(read()).toEqual({ suites: [], quick: false, reference: false, draw: false });
  expect(read("worker", "--quick", "costs")).toEqual({
    suites: ["worker", "costs"],
    quick: true,
    reference: false,
    draw: false,
  });
  expect(read("--reference").reference).toBe(true);
  expect(read("--draw").draw).toBe(true);
});

test("what does not exist is refused, before anything is started", () => {
  expect(() => read("--drw")).toThrow("Unknown option '--drw'");
  expect(() => read("workers")).toThrow('there is no suite "workers"; there are costs, worker');
});

test("committed figures are replaced by one thorough run of all suites, or not", () => {
  expect(() => read("--reference", "worker")).toThrow("--reference is of one run of all suites");
  expect(() => read("--quick", "--reference")).toThrow("for which --quick is too short");
  expect(() => read("--draw", "--reference")).toThrow("--draw measures nothing");
});
