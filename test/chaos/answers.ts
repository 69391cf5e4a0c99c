/** @module Reading the gateway's answers as a careful client does. */
import type { Knowledge, Reply } from "./publication.ts";

interface Problem {
  readonly type?: string;
  /** Of a problem a number, of a delivery what became of it. */
  readonly status?: number | string;
  readonly code?: string;
  readonly delivered?: readonly string[];
}

/** What a problem says: by its code, and by its status where it has none. */
export function problem(status: number, given: Problem): Knowledge {
  const code = given.code ?? given.type?.slice(given.type.lastIndexOf(":") + 1) ?? "";
  if (code === "outcome-unknown" || code === "timed-out" || (given.delivered ?? []).length > 0) {
    return { is: "unknown" };
  }
  if (status === 429 || status === 503) return { is: "not taken" };
  if ((status >= 400 && status < 500) || code === "refused") return { is: "refused" };
  return { is: "unexpected", answer: `${status} ${JSON.stringify(given)}` };
}

/** An answer as JSON; what cannot be read is a gateway's own page, and says nothing of the publication. */
export function json(reply: Reply): unknown {
  try {
    return JSON.parse(reply.body);
  } catch {
    return undefined;
  }
}

function accepted({ status }: Problem, copies: readonly string[]): Knowledge {
  return { is: "accepted", copies, ...(status === "spooled" && { spooled: true }) };
}

/** An answer about one publication: `copies` tells from a success where it is. */
export function single(reply: Reply, copies: (answer: never) => readonly string[]): Knowledge {
  const answer = json(reply) as Problem & object;
  if (answer === undefined)
    return { is: "unexpected", answer: `${reply.status} ${reply.body.slice(0, 200)}` };
  if (reply.status === 200 || reply.status === 202) return accepted(answer, copies(answer as never));
  return problem(reply.status, answer);
}

/** An answer with one result for each publication. */
export function many(
  reply: Reply,
  count: number,
  copies: (answer: never, index: number) => readonly string[],
): readonly Knowledge[] {
  const answer = json(reply) as { results?: readonly (Problem & object)[] };
  if (answer?.results?.length !== count) {
    return new Array<Knowledge>(count).fill(single(reply, () => []));
  }
  return answer.results.map((result, index) =>
    "type" in result
      ? problem(Number(result.status), result)
      : accepted(result, copies(result as never, index)),
  );
}

/** An answer about events: those that are not among the rejected and were looked at were taken. */
export function events(
  reply: Reply,
  count: number,
  copies: (index: number) => readonly string[],
): readonly Knowledge[] {
  const answer = json(reply) as Problem & {
    accepted?: number;
    next_index?: number;
    rejected?: readonly { index: number; code: string }[];
  };
  if (answer?.rejected === undefined) return new Array<Knowledge>(count).fill(single(reply, () => []));
  const { rejected, next_index: next = count } = answer;
  return Array.from({ length: count }, (_, index): Knowledge => {
    const rejection = rejected.find((one) => one.index === index);
    if (rejection) return problem(PASSING.has(rejection.code) ? 503 : 400, { code: rejection.code });
    return index < next ? { is: "accepted", copies: copies(index) } : { is: "not taken" };
  });
}

const PASSING: ReadonlySet<string> = new Set(["unavailable", "back-pressure", "database-unauthorised"]);

/** An answer to a webhook: senders look at nothing but the status. */
export function webhook(reply: Reply, copies: readonly string[]): Knowledge {
  if (reply.status >= 200 && reply.status < 300) return { is: "accepted", copies };
  if (reply.status === 429 || reply.status === 503) return { is: "unknown" };
  if (reply.status < 500) return { is: "refused" };
  return { is: "unexpected", answer: `${reply.status}` };
}
