/**
 * One signed request per preset: what each sender signs, written from the specification (spec webhooks §2 to §4) and
 * not from the presets.
 * @module
 */
import type { SenderCase } from "./sender-case.ts";
import {
  bareCases,
  basicCases,
  pairedCases,
  standardCases,
  timedCases,
  tokenCases,
} from "./sender-cases-common.ts";
import { fieldCases } from "./sender-cases-fields.ts";
import { ownCases } from "./sender-cases-own.ts";

export { NOW, PUBLIC_URL, type SenderCase, type Signed } from "./sender-case.ts";

/** All senders that share a secret or a token with the receiver. */
export const senderCases: SenderCase[] = [
  ...bareCases,
  ...timedCases,
  ...pairedCases,
  ...standardCases,
  ...tokenCases,
  ...basicCases,
  ...ownCases,
  ...fieldCases,
];
