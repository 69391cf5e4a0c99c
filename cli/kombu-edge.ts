#!/usr/bin/env node
/** @module The command `kombu-edge`. */
import { sign } from "./sign.ts";

const USAGE = `Usage: kombu-edge sign <preset> [options]

Signs a sample request as the sender of that name would, and posts it.

  --url URL            where to; default http://localhost:8787/v1/webhooks/<preset>
  --secret SECRET      the source's secret; or set KOMBU_EDGE_SECRET, which other users of the machine cannot see
  --private-key FILE   PKCS #8 PEM, for senders that sign with a private key
  --event TYPE         the event's type
  --id ID              the delivery's id; default a new one
  --body FILE          the body; default as little as has a type and an id
  --content-type TYPE  of the body
  --set NAME=VALUE     a setting of the source, such as publicUrl; may be repeated
  --print              print a curl command instead of posting

Presets: docs/webhooks-presets.md`;

const [command, ...args] = process.argv.slice(2);
if (command === "sign") {
  process.exitCode = await sign(args);
} else {
  const asked = command === "--help" || command === "-h" || command === "help";
  (asked ? console.log : console.error)(USAGE);
  process.exitCode = asked ? 0 : 2;
}
