/** @module What a run came to, as a table and as JSON. */
import type { Publication } from "./publication.ts";
import type { RunResult } from "./world.ts";

/** One line: publications that something hit, or of a kind. */
export interface Row {
  readonly name: string;
  /** How often it was brought about; `undefined` for kinds. */
  readonly injected: number | undefined;
  readonly publications: number;
  readonly accepted: number;
  /** Of the accepted, those that were spooled first, as far as answers say so. */
  readonly spooled: number;
  readonly refused: number;
  /** Given up: certainly not taken. */
  readonly notTaken: number;
  /** Given up: perhaps taken. */
  readonly unknown: number;
  /** Sent more than once. */
  readonly repeated: number;
  readonly lost: number;
  readonly doubled: number;
  /** Everything else that is wrong. */
  readonly otherwise: number;
}

/** A run's counts. */
export interface Report {
  readonly seed: number;
  readonly publications: number;
  readonly requestsToRedis: number;
  readonly copies: number;
  readonly seconds: number;
  readonly faults: readonly Row[];
  readonly kinds: readonly Row[];
  readonly total: Row;
}

/** Counts. */
export function reportOf(result: RunResult): Report {
  const { publications, injected, seed, copies, requests, seconds } = result;
  const row = (name: string, of: readonly Publication[], times?: number): Row =>
    rowOf(result, name, of, times);
  const kinds = [...new Set(publications.map(({ kind }) => kind))].sort();
  return {
    seed,
    publications: publications.length,
    requestsToRedis: requests,
    copies,
    seconds: Math.round(seconds * 10) / 10,
    faults: [...injected]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, times]) =>
        row(
          name,
          publications.filter(({ hits }) => hits.has(name)),
          times,
        ),
      ),
    kinds: kinds.map((kind) =>
      row(
        kind,
        publications.filter((one) => one.kind === kind),
      ),
    ),
    total: row("all", publications),
  };
}

function rowOf(
  { findings }: RunResult,
  name: string,
  of: readonly Publication[],
  injected: number | undefined,
): Row {
  const ids = new Set(of.map(({ id }) => id));
  const count = (is: string) => of.filter(({ knowledge }) => knowledge.is === is).length;
  const wrong = (test: (fault: string) => boolean) =>
    new Set(findings.filter(({ fault, id }) => ids.has(id) && test(fault)).map(({ id }) => id)).size;
  return {
    name,
    injected,
    publications: of.length,
    accepted: count("accepted"),
    spooled: of.filter(({ knowledge }) => knowledge.is === "accepted" && knowledge.spooled).length,
    refused: count("refused"),
    notTaken: count("not taken"),
    unknown: count("unknown"),
    repeated: of.filter(({ attempts }) => attempts > 1).length,
    lost: wrong((fault) => fault === "lost"),
    doubled: wrong((fault) => fault === "doubled"),
    otherwise: wrong((fault) => fault !== "lost" && fault !== "doubled"),
  };
}

const COLUMNS: readonly (readonly [string, keyof Row])[] = [
  ["times", "injected"],
  ["publications", "publications"],
  ["accepted", "accepted"],
  ["spooled", "spooled"],
  ["refused", "refused"],
  ["not taken", "notTaken"],
  ["unknown", "unknown"],
  ["repeated", "repeated"],
  ["lost", "lost"],
  ["doubled", "doubled"],
  ["otherwise wrong", "otherwise"],
];

/** The tables in Markdown. */
export function markdown(report: Report): string {
  const { seed, publications, requestsToRedis, copies, seconds, faults, kinds, total } = report;
  return [
    `Seed ${seed}: ${publications} publications, ${requestsToRedis} requests to Redis, ${copies} copies found, ${seconds} s.`,
    "",
    table("fault", [...faults, total], total.spooled > 0),
    "",
    table("kind", [...kinds, total], total.spooled > 0),
  ].join("\n");
}

function table(heading: string, rows: readonly Row[], hasSpool: boolean): string {
  const columns = COLUMNS.filter(([, field]) => field !== "spooled" || hasSpool);
  return [
    `| ${heading} | ${columns.map(([title]) => title).join(" | ")} |`,
    `| --- |${columns.map(() => " ---: |").join("")}`,
    ...rows.map((row) => `| ${row.name} | ${columns.map(([, field]) => row[field] ?? "").join(" | ")} |`),
  ].join("\n");
}
