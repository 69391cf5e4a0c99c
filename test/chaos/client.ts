/** @module A careful sender: it comes again, with the same key, after answers that invite it to and after lost connections. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Agent, request as send } from "undici";
import type { Kind } from "./kinds.ts";
import { type Knowledge, note, type Publication, type Reply, type Sending } from "./publication.ts";
import type { Random } from "./random.ts";

/** Times that a patient client sends a request. An impatient one gives up after the first. */
const PATIENCE = 14;
const LONGEST_WAIT_MS = 600;

/** What the clients of a run share. */
export interface Field {
  readonly url: string;
  readonly agent: Agent;
  readonly kinds: readonly Kind[];
  /** Publications still to be made, counted down; below 0 when it took more to see everything happen. */
  left: number;
  readonly publications: Publication[];
  /** Those of requests that are under way now. */
  readonly underWay: Set<Publication>;
  /** Whether everything has happened that a run must see. */
  readonly hasSeenAll: () => boolean;
  /** Milliseconds that a client rests after a request, about. */
  readonly rest: number;
}

/** Sends until nothing is left to be sent, and all has been seen. */
export async function runClient(field: Field, client: number, random: Random): Promise<void> {
  for (let sequence = 0; field.left > 0 || !field.hasSeenAll(); sequence++) {
    const sending = await nextSending(field, client, sequence, random);
    await sendUntilKnown(field, sending, random.next() < 0.15 ? 1 : PATIENCE);
    if (field.rest > 0) await sleep(random.between(0, 2 * field.rest));
  }
}

async function nextSending(field: Field, client: number, sequence: number, random: Random): Promise<Sending> {
  const kind = random.pick(field.kinds);
  const count = Math.min(Math.max(field.left, 1), random.between(1, kind.most ?? 1));
  field.left -= count;
  const first = field.publications.length + 1;
  const ids = Array.from({ length: count }, (_, index) => `pub-${first + index}`);
  // Taken at once: drafts are made while other clients make theirs.
  const publications = ids.map((id): { -readonly [Name in keyof Publication]: Publication[Name] } => ({
    id,
    kind: kind.name,
    client,
    sequence,
    places: undefined,
    besides: [],
    attempts: 0,
    knowledge: { is: "not taken" },
    wasUnknown: false,
    hits: new Set(),
  }));
  field.publications.push(...publications);
  const { call, read, places, besides } = await kind.make(ids, random);
  for (const publication of publications) {
    publication.places = places?.(publication.id);
    publication.besides = besides?.(publication.id) ?? [];
  }
  return { publications, repeatable: kind.repeatable, call, read };
}

async function sendUntilKnown(field: Field, sending: Sending, patience: number): Promise<void> {
  const { publications, repeatable, read } = sending;
  for (const publication of publications) field.underWay.add(publication);
  for (let attempt = 1; ; attempt++) {
    const all = await ask(field, sending, read);
    publications.forEach((publication, index) => {
      note(publication, all[index]!);
    });
    const again = all.some(({ is }) => is === "not taken" || is === "unknown");
    if (!again || !repeatable || attempt >= patience) break;
    await sleep(Math.min(25 * 2 ** attempt, LONGEST_WAIT_MS));
  }
  for (const publication of publications) field.underWay.delete(publication);
}

async function ask({ url, agent }: Field, { call, publications }: Sending, read: Sending["read"]) {
  const { path, headers, body } = call;
  let reply: Reply;
  try {
    const answer = await send(`${url}${path}`, { dispatcher: agent, method: "POST", headers, body });
    reply = { status: answer.statusCode, body: await answer.body.text() };
  } catch (error) {
    const { code } = error as { code?: string };
    const is = code === "ECONNREFUSED" ? "not taken" : "unknown";
    return new Array<Knowledge>(publications.length).fill({ is });
  }
  return read(reply);
}
