/**
 * Candidates onto the queue, a portion at a time.
 * @module
 */
import type { Publication } from "../../delivery/publication.ts";
import { admit } from "../../events/admit.ts";
import type { Attributes } from "../../events/enrich.ts";
import { type StreamEvent, toEvent } from "../../events/event.ts";
import { messageOf, targetOf } from "../../events/message.ts";
import type { Candidate } from "../../events/read.ts";
import type { Stream } from "../../events/stream.ts";
import type { Call } from "../call.ts";
import type { Trace } from "../observe/trace.ts";
import { isMandatory, targetOptions } from "../publish/target.ts";
import { Tally } from "./tally.ts";
import { loadTaskWriter, type TaskWriter } from "./task.ts";

/** Events, and bytes of their lines, of one portion: what is in memory at once, and as a rule one request to Redis. */
const PORTION = 1_000;
const PORTION_SIZE = 1_048_576;

/** What the events of a request have in common. */
export interface Surroundings {
  readonly call: Call;
  readonly stream: Stream;
  readonly attributes: Attributes;
  /** Milliseconds of Unix time. */
  readonly now: number;
  /** What events without an id are known by, besides their place: the sender and its idempotency key. */
  readonly idempotency: readonly string[] | undefined;
  /** The request's trace, where its sender is believed. */
  readonly trace: Trace["headers"] | undefined;
}

/** Collects events and publishes them in their order. */
export class Publisher {
  readonly #around: Surroundings;
  readonly #tally: Tally;
  #writeTask: TaskWriter | undefined;
  #messages: Publication[] = [];
  #places: Candidate[] = [];
  #size = 0;

  constructor(around: Surroundings, tally: Tally) {
    this.#around = around;
    this.#tally = tally;
  }

  /** Takes one event; publishes when a portion is full. */
  async add(candidate: Candidate): Promise<void> {
    const { stream, attributes, now } = this.#around;
    try {
      if (candidate.event instanceof Error) throw candidate.event;
      const admitted = await admit(toEvent(candidate.event, stream, now), stream);
      if (!admitted) {
        this.#tally.sampledOut++;
        return;
      }
      const event: StreamEvent = { ...admitted, cloudEvent: { ...admitted.cloudEvent, ...attributes } };
      this.#messages.push(await this.#write(event, candidate.index));
      this.#places.push(candidate);
      this.#size += candidate.size ?? 0;
    } catch (error) {
      this.#tally.fail(candidate, error);
    }
    if (this.#messages.length >= PORTION || this.#size >= PORTION_SIZE) await this.flush();
  }

  /** Writes the message, or the task, of an event; nothing is sent yet. */
  async #write(event: StreamEvent, index: number): Promise<Publication> {
    const { call, stream, idempotency, trace: headers } = this.#around;
    const message = await messageOf(event, stream, idempotency && [...idempotency, index]);
    const { to } = stream;
    if (to.task !== undefined) {
      this.#writeTask ??= await loadTaskWriter(call, to);
      return await this.#writeTask(event, { ...message, headers });
    }
    const { body, ...options } = message;
    return await call.channel.prepareMessage(body, {
      ...options,
      headers,
      ...targetOptions(call, targetOf(event, to), undefined, { type: "type", queue: "queue" }),
      mandatory: isMandatory(call, undefined),
    });
  }

  /** Publishes what was collected. */
  async flush(): Promise<void> {
    const messages = this.#messages;
    const places = this.#places;
    this.#messages = [];
    this.#places = [];
    this.#size = 0;
    if (messages.length === 0) return;
    const outcomes = await this.#around.call.channel.basicPublishMany(messages);
    for (const [index, outcome] of outcomes.entries()) this.#tally.count(places[index]!, outcome);
  }

  /** Publishes what was collected after the answer; what becomes of it is for the log. Returns how many that is. */
  flushLater(waitUntil: (work: Promise<unknown>) => void): number {
    const count = this.#messages.length;
    const tally = new Tally(this.#around.call);
    const later = new Publisher(this.#around, tally);
    later.#messages = this.#messages;
    later.#places = this.#places;
    this.#messages = [];
    const work = later.flush().then(
      () => tally.rejected.length,
      () => count,
    );
    waitUntil(
      work.then((lost) => {
        if (lost === 0) return;
        const code = tally.rejected[0]?.code ?? "internal-error";
        this.#around.call.note({ failed: lost, code });
      }),
    );
    return count;
  }
}
