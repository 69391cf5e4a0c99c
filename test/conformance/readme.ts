/** @module `README.md` of this folder, written from the table of differences so that the two cannot drift apart. */
import { DIFFERENCES } from "./differences.ts";

/** The page as it must be in the folder; `npx vitest run -u test/conformance` writes it. */
export function readme(): string {
  const rows = DIFFERENCES.map(
    ({ id, kombu, ours, why, cases }) =>
      `| \`${id}\` | ${cell(kombu)} | ${cell(ours)} | ${cell(why)} | ${cases.map(cell).join("<br>")} |`,
  );
  return `# Conformance

\`run.ts\` replays golden cases of real Kombu through the public API of this library, on a real Redis, and compares what goes
over the wire with what Kombu sent: keys, channels and binding rows to the letter; envelopes by their values, the order of their
keys and their decoded bodies.

| cases | from | compared |
| --- | --- | --- |
| \`../vectors/kombu.json\` | Kombu 5.6.2, every command recorded between it and Redis | the commands sent, what each call returns or throws |
| \`../vectors/topic.json\` | Kombu 5.6.2 and 5.2.4: binding key, stored pattern, routing key, whether it matches | the row that is stored, and the queues reached, with the cached table and with the strict script |
| \`further.ts\` | input that no golden case has | what is done here, as the table below says |

It runs in workerd (\`conformance.test.ts\`) and, bundled into one file, in Node, Bun and Deno (\`../runtime/\`).

## Deliberate differences

Each is asserted to the letter in \`differences.ts\`: it states what must be seen instead. One that changes nothing, or that
no case needs, fails the suite. This page is written from that table, and a test compares the two.

| difference | Kombu | this library | why | cases |
| --- | --- | --- | --- | --- |
${rows.join("\n")}
`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("*", "\\*");
}
