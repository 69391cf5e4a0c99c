/** @module What the suite publishes, and what a client may know about it from its answers. */

/** What a client knows of one publication. */
export type Knowledge =
  /** It is where `copies` says, each once. */
  | { readonly is: "accepted"; readonly copies: readonly string[]; readonly spooled?: boolean }
  /** It will never be taken, and is nowhere. */
  | { readonly is: "refused" }
  /** It was certainly not taken; asking again is worth while. */
  | { readonly is: "not taken" }
  /** It may have been taken. */
  | { readonly is: "unknown" }
  /** The answer is one that no caller should get. */
  | { readonly is: "unexpected"; readonly answer: string };

/** One publication, with what happened to it. */
export interface Publication {
  readonly id: string;
  readonly kind: string;
  /** Who sent it, and as its how-manieth. */
  readonly client: number;
  readonly sequence: number;
  /** Where its copies go together or not at all; `undefined` where the bindings change during the run. */
  readonly places: readonly string[] | undefined;
  /** Where one copy may be besides, and its answer be lost: queues that were bound a moment before. */
  readonly besides: readonly string[];
  attempts: number;
  knowledge: Knowledge;
  /** An earlier attempt may have been taken. */
  wasUnknown: boolean;
  /** What hit it, by name. */
  readonly hits: Set<string>;
}

/** A request, as often as it is sent. */
export interface Call {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer of the Worker. */
export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** One request's worth of publications. */
export interface Sending {
  readonly publications: readonly Publication[];
  /** Whether sending it again cannot double anything. */
  readonly repeatable: boolean;
  readonly call: Call;
  /** What an answer says about each of the publications. */
  read(reply: Reply): readonly Knowledge[];
}

/** Notes what an attempt told. What was accepted stays accepted; what may have been taken is never again certain not to be. */
export function note(publication: Publication, knowledge: Knowledge): void {
  publication.attempts++;
  if (publication.knowledge.is === "accepted") return;
  if (knowledge.is === "accepted" && knowledge.spooled) {
    // The answer only names the queues that are known already.
    publication.knowledge = { ...knowledge, copies: publication.places ?? knowledge.copies };
    return;
  }
  if (knowledge.is === "unknown") publication.wasUnknown = true;
  publication.knowledge =
    publication.wasUnknown && (knowledge.is === "not taken" || knowledge.is === "refused")
      ? { is: "unknown" }
      : knowledge;
}

/** A copy's name: its queue, and what is in it. */
export function copy(queue: string, id: string): string {
  return `${queue} ${id}`;
}
