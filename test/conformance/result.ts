/** @module What a check came to: plain data, so that any runtime can print it and any other read it. */

/** One comparison. */
export interface Check {
  readonly what: string;
  readonly ok: boolean;
  /** What was seen and what was expected, when they are not the same. */
  readonly problem?: string;
}

/** One case with all of its comparisons. */
export interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** Collects comparisons. */
export class Checks {
  readonly list: Check[] = [];

  /** Holds when both are the same as JSON. */
  same(what: string, seen: unknown, expected: unknown): void {
    const [one, other] = [JSON.stringify(seen) ?? "undefined", JSON.stringify(expected) ?? "undefined"];
    this.list.push(
      one === other ? { what, ok: true } : { what, ok: false, problem: `saw ${one}\nnot ${other}` },
    );
  }

  /** Holds when the texts differ. */
  differ(what: string, one: string, other: string): void {
    this.list.push(
      one !== other ? { what, ok: true } : { what, ok: false, problem: `it changes nothing in ${one}` },
    );
  }
}

/** The result of a case, also when it threw. */
export async function resultOf(name: string, run: () => Promise<readonly Check[]>): Promise<Result> {
  try {
    const checks = await run();
    if (checks.length === 0) throw new Error("nothing was checked");
    return { name, ok: checks.every(({ ok }) => ok), checks };
  } catch (error) {
    const problem =
      error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error);
    return { name, ok: false, checks: [{ what: "it runs", ok: false, problem }] };
  }
}
