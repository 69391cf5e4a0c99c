/** @module Commands made comparable: envelopes decoded, random names replaced, unspecified order sorted. */
import zlib from "node:zlib";
import { parse as parseYaml } from "yaml";
import { canonicalJson } from "./json_text.ts";

/** A command; of an envelope only what matters is kept. */
export type NormalCommand = readonly (string | NormalEnvelope)[];

/** An envelope: its text with the body and the tag taken out, the decoded body, and which tag it bears. */
export interface NormalEnvelope {
  readonly envelope: string;
  readonly body: string;
  /** The n-th publish of the case. */
  readonly tag: number;
  /** 1, or higher for further copies with a tag of their own. */
  readonly copy: number;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether two tags are of one publish: the same in Kombu; here, copies differ in the last group. */
type SamePublish = (one: string, other: string) => boolean;

/** Kombu's commands; its tags count up in the last group. */
export function normalGolden(commands: readonly (readonly string[])[]): Promise<readonly NormalCommand[]> {
  return normal(commands, (one, other) => one === other);
}

/** Our commands. */
export function normalOurs(commands: readonly (readonly string[])[]): Promise<readonly NormalCommand[]> {
  return normal(commands, (one, other) => one.slice(0, 24) === other.slice(0, 24));
}

async function normal(
  commands: readonly (readonly string[])[],
  samePublish: SamePublish,
): Promise<readonly NormalCommand[]> {
  const publishes: string[][] = [];
  const normalised: NormalCommand[] = [];
  for (const command of sortedRuns(commands)) {
    const [name, ...args] = command;
    const texts = args.map((text) =>
      text.replace(
        /amq\.gen-([0-9a-f-]{36})/g,
        (_match, id: string) => `amq.gen-${UUID.test(id) ? "<uuid>" : id}`,
      ),
    );
    if (name !== "LPUSH" && name !== "PUBLISH") {
      normalised.push([name!, ...texts]);
      continue;
    }
    const [target, ...envelopes] = texts;
    const parts = await Promise.all(envelopes.map((text) => normalEnvelope(text)));
    normalised.push([name, target!, ...parts.map((part) => withTag(part, publishes, samePublish))]);
  }
  return normalised;
}

function withTag(
  { tag, ...rest }: { envelope: string; body: string; tag: string },
  publishes: string[][],
  samePublish: SamePublish,
): NormalEnvelope {
  if (!UUID.test(tag)) throw new Error(`the delivery tag ${tag} is not a UUID`);
  let index = publishes.findIndex(([first]) => samePublish(first!, tag));
  if (index < 0) index = publishes.push([]) - 1;
  const copies = publishes[index]!;
  if (!copies.includes(tag)) copies.push(tag);
  return { ...rest, tag: index + 1, copy: copies.indexOf(tag) + 1 };
}

/** Kombu's order of queues and of bindings is that of a Python set; here it is Redis'. */
function sortedRuns(commands: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const sorted: (readonly string[])[] = [];
  let run: (readonly string[])[] = [];
  const flush = () => {
    sorted.push(...run.toSorted((one, other) => (one[1]! < other[1]! ? -1 : one[1]! > other[1]! ? 1 : 0)));
    run = [];
  };
  for (const command of commands) {
    if (run.length > 0 && run[0]![0] !== command[0]) flush();
    if (command[0] === "SADD" || (command[0] === "LPUSH" && isCopyOf(run[0], command))) run.push(command);
    else {
      flush();
      if (command[0] === "LPUSH") run.push(command);
      else sorted.push(command);
    }
  }
  flush();
  return sorted;
}

/** Whether two pushes are copies of one publish, and not two publishes. */
function isCopyOf(first: readonly string[] | undefined, command: readonly string[]): boolean {
  return first === undefined || (first[1] !== command[1] && bodyOf(first[2]!) === bodyOf(command[2]!));
}

function bodyOf(envelope: string): string {
  return /"body": ?("(?:[^"\\]|\\.)*"|\{[^}]*\})/.exec(envelope)![1]!;
}

async function normalEnvelope(text: string): Promise<{ envelope: string; body: string; tag: string }> {
  // Only `NaN` keeps Python's text from being JSON, and no envelope that is compared has one.
  const { body, properties, headers, ...rest } = JSON.parse(text);
  const canonical = canonicalJson(text);
  return {
    envelope: canonical
      .replace(canonicalJson(JSON.stringify(body)), "<body>")
      .replace(`"delivery_tag":"${properties.delivery_tag}"`, '"delivery_tag":<tag>'),
    body: await decoded(body, properties.body_encoding, headers.compression, rest["content-type"]),
    tag: properties.delivery_tag,
  };
}

async function decoded(
  body: string,
  bodyEncoding: string | null,
  compression: string | undefined,
  contentType: string,
): Promise<string> {
  if (bodyEncoding !== "base64") return shown(new TextEncoder().encode(body), contentType);
  const bytes = Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
  return shown(compression === undefined ? bytes : await decompressed(bytes, compression), contentType);
}

async function decompressed(bytes: Uint8Array<ArrayBuffer>, compression: string): Promise<Uint8Array> {
  if (compression === "application/x-brotli") return zlib.brotliDecompressSync(bytes);
  // Kombu's gzip is RFC 1950, which this format's name stands for.
  if (compression !== "application/x-gzip") throw new Error(`cannot decompress ${compression}`);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function shown(bytes: Uint8Array, contentType: string): string {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  if (contentType === "application/json") return canonicalJson(text);
  if (contentType === "application/x-yaml") return JSON.stringify(parseYaml(text, { version: "1.1" }));
  if (contentType.startsWith("text/")) return text;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
