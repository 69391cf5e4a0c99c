/**
 * A webhook from arrival to events: handshake, verification, taking apart. All but the delivery.
 * @module
 */
import { type ResponseParts, rejection, success, text } from "./answers.ts";
import type { VerifyOptions } from "./context.ts";
import { eventsOf, type WebhookEvent } from "./events.ts";
import {
  answerHandshake,
  type HandshakeInput,
  type HandshakeName,
  type HandshakeResult,
} from "./handshakes.ts";
import { type Incoming, open, type RequestParts } from "./request.ts";
import type { Secret } from "./settings.ts";
import type { Source } from "./source.ts";
import { type Reason, reject, type Verified } from "./verdict.ts";
import { verifyIncoming } from "./verify.ts";

/** What became of a request. */
export type Received =
  /** To be stored; then, and only then, `response` is the answer. */
  | { kind: "events"; events: WebhookEvent[]; response: ResponseParts; verified: Verified }
  /** Answered; nothing is to be stored but what `keep` holds, and `follow` is to be fetched afterwards. */
  | ({ kind: "handshake"; name: HandshakeName } & HandshakeResult)
  /** Not the sender's, or not to be judged; `reason` is for logs and metrics. */
  | { kind: "rejected"; reason: Reason; response: ResponseParts };

function firstSecret(secrets: readonly Secret[]): string | undefined {
  const [first] = secrets;
  return typeof first === "string" ? first : first?.value;
}

/**
 * Receives a request of a source. Handshakes that the sender does not sign are answered first, those that it does
 * only after the request was verified. Never throws on any request.
 * @param parts The request as it came, its body raw.
 * @see spec webhooks §5 to §7
 */
export async function receive(
  source: Source,
  parts: RequestParts,
  options: VerifyOptions = {},
): Promise<Received> {
  const { name, preset, settings, secrets, tolerance } = source;
  const now = options.now ?? Date.now();
  const rejected = (reason: Reason): Received => ({
    kind: "rejected",
    reason,
    response: rejection(reason, preset),
  });
  let incoming: Incoming;
  try {
    incoming = await open(parts, settings, preset.payload);
    const handshakes = preset.handshakes ?? [];
    const input: HandshakeInput = { incoming, secret: firstSecret(secrets) };
    const early = await answerHandshake(handshakes, input, false);
    if (early) return { kind: "handshake", ...early };
    if (incoming.method !== "POST") {
      const response = { ...text(405), headers: { allow: "POST" } };
      return { kind: "rejected", reason: "unsupported", response };
    }
    const verdict = await verifyIncoming(
      incoming,
      { scheme: preset.scheme, secrets, tolerance },
      { ...options, now },
    );
    if (!verdict.ok) return rejected(verdict.reason);
    const used = secrets[verdict.secret];
    const late = await answerHandshake(handshakes, { ...input, secret: used && firstSecret([used]) }, true);
    if (late) return { kind: "handshake", ...late };
    const events = await eventsOf(name, preset, incoming, verdict, now);
    return { kind: "events", events, response: success(preset.answer), verified: verdict };
  } catch {
    return rejected(reject("malformed").reason);
  }
}
