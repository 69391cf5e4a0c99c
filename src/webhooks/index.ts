/**
 * Webhooks in: presets of senders, one verifier, handshakes, events. Knows nothing of HTTP frameworks or of Redis.
 * @module
 */

export type { CloudEvent } from "../envelope/cloudevent.ts";
export { routingKeyOf } from "../routing/event_key.ts";
export type { JsonPath } from "../routing/json_path.ts";
export { type ResponseParts, rejection, success, unavailable } from "./answers.ts";
export { toCloudEvent } from "./cloudevent.ts";
export type { VerifyOptions } from "./context.ts";
export { checkScheme, definePreset } from "./define.ts";
export type { WebhookEvent } from "./events.ts";
export * from "./handshakes.ts";
export { taskId } from "./identity.ts";
export { type TokenVerifier, verifyToken } from "./jwt.ts";
export type { Answer, Preset } from "./preset.ts";
export { type Received, receive } from "./receive.ts";
export {
  type FetchKey,
  type KeyCache,
  type KeyDocument,
  type KeyFetcherOptions,
  type KeyRequest,
  keyFetcher,
} from "./remote-keys.ts";
export type { RequestParts } from "./request.ts";
export {
  type Condition,
  checkRoute,
  checkRoutes,
  type Filter,
  passes,
  type Route,
  type Target,
  targetsOf,
} from "./routes.ts";
export type {
  BasicScheme,
  DigestScheme,
  EcdsaScheme,
  Ed25519Scheme,
  EqualScheme,
  HmacScheme,
  JwtScheme,
  Place,
  RsaScheme,
  Scheme,
} from "./scheme.ts";
export type { Secret, Settings } from "./settings.ts";
export { defineSource, type Source, type SourceOptions } from "./source.ts";
export type { Reason, Rejected, Verdict, Verified } from "./verdict.ts";
export { type VerifySource, verify } from "./verify.ts";
