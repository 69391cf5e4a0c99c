/** @module What THREATS.md calls defended has tests, and they exist. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);

test("every defence names files that are there", async () => {
  const text = await readFile(new URL("THREATS.md", root), "utf8");
  const [, table = ""] = text.split("## What is defended\n");
  const rows = table
    .split("\n## ")[0]!
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2);
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) {
    const files = [
      ...row
        .split(" | ")
        .at(-1)!
        .matchAll(/`([^`]+)`/g),
    ].map(([, file]) => file!);
    expect(files.length, row).toBeGreaterThan(0);
    for (const file of files) expect([file, existsSync(new URL(file, root))]).toEqual([file, true]);
  }
});

test("the README links to it", async () => {
  expect(await readFile(new URL("README.md", root), "utf8")).toContain("(THREATS.md)");
});
