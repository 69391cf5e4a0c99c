/**
 * Presets whose senders sign with a private key; their tests are in `key-pairs.test.ts`.
 * @module
 */
import type { PresetName } from "../../src/webhooks/presets/by-name.ts";

export const keyPairCases: PresetName[] = [
  "discord",
  "discordEvents",
  "telnyx",
  "kick",
  "sendgrid",
  "sns",
  "paypal",
  "plaid",
  "googlePubsub",
];
