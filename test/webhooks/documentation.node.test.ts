import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { presets } from "../../src/webhooks/presets/by-name.ts";

it("has a row for every preset, and none for another", () => {
  const page = readFileSync(new URL("../../docs/webhooks-presets.md", import.meta.url), "utf8");
  const table = page.slice(page.indexOf("## Presets"), page.indexOf("## What is not verified"));
  const rows = [...table.matchAll(/^\| `([A-Za-z0-9]+)` \|/gm)].map(([, name]) => name!);
  expect(rows.toSorted()).toEqual(Object.keys(presets).toSorted());
  expect(table).toContain(`${rows.length} senders`);
});
