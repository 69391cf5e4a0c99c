/** @module Type tests of the configuration's sources: compiled by `npm run types`, never run. */
import type { SourceConfig } from "../../src/http/gateway.ts";

export const refused: SourceConfig[] = [
  // @ts-expect-error no such preset
  { preset: "githab", secrets: ["S"], to: { queue: "q" } },
  // @ts-expect-error a secret is not written, its variable is named
  { preset: "github", secrets: ["whsec_x"], to: { queue: "q" } },
  // @ts-expect-error no secret
  { preset: "github", to: { queue: "q" } },
  // @ts-expect-error an empty list
  { preset: "github", secrets: [], to: { queue: "q" } },
  // @ts-expect-error no target
  { preset: "github", secrets: ["S"] },
  // @ts-expect-error two ways at once
  { preset: "github", secrets: ["S"], to: { queue: "q" }, routes: [{ to: { queue: "q" } }] },
  // @ts-expect-error a target of two kinds
  { preset: "github", secrets: ["S"], to: { task: "t", exchange: "e" } },
  // @ts-expect-error Twilio signs the address
  { preset: "twilio", secrets: ["S"], to: { queue: "q" } },
  // @ts-expect-error SNS needs the topics that may send
  { preset: "sns", to: { queue: "q" } },
  // @ts-expect-error SNS takes no secret
  { preset: "sns", topics: ["t"], secrets: ["S"], to: { queue: "q" } },
  // @ts-expect-error no such format
  { preset: "github", secrets: ["S"], to: { queue: "q" }, format: "xml" },
  // @ts-expect-error no such option
  { preset: "github", secrets: ["S"], to: { queue: "q" }, retries: 3 },
];
