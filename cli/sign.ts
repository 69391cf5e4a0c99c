/** @module `kombu-edge sign`: a request signed as a sender would sign it, posted or printed. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { PRESET_FILES, type PresetName, presetFile } from "../src/webhooks/presets/catalogue.ts";
import { loadPreset } from "../src/webhooks/presets/load.ts";
import type { Settings } from "../src/webhooks/settings.ts";
import { type SampleRequest, signSample } from "../src/webhooks/sign.ts";

/** Settings that are lists. */
const LISTS: ReadonlySet<string> = new Set(["topics", "origins"]);
const POST_TIMEOUT_MS = 30_000;

class UsageError extends Error {}

/**
 * Runs the command.
 *
 * @returns The exit code: 0 when the request was accepted (or printed), 1 when it was not, 2 for a mistake in the arguments.
 */
export async function sign(args: readonly string[]): Promise<number> {
  try {
    const { request, print } = await signed(args);
    if (print) {
      console.log(curl(request));
      return 0;
    }
    return await post(request);
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    console.error(`kombu-edge sign: ${message}${cause instanceof Error ? ` (${cause.message})` : ""}`);
    return 2;
  }
}

async function signed(args: readonly string[]): Promise<{ request: SampleRequest; print: boolean }> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      url: { type: "string" },
      secret: { type: "string" },
      "private-key": { type: "string" },
      event: { type: "string" },
      id: { type: "string" },
      body: { type: "string" },
      "content-type": { type: "string" },
      set: { type: "string", multiple: true },
      print: { type: "boolean" },
    },
  });
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0)
    throw new UsageError("give the name of one preset, such as github");
  if (presetFile(name) === undefined)
    throw new UsageError(`there is no preset "${name}"${suggestions(name)}`);
  const url = values.url ?? `http://localhost:8787/v1/webhooks/${name}`;
  if (!URL.canParse(url)) throw new UsageError("--url must be a whole URL, with its scheme");
  const secret = values.secret ?? process.env.KOMBU_EDGE_SECRET;
  const privateKey = values["private-key"] && (await readFile(values["private-key"], "utf8"));
  if (secret === undefined && privateKey === undefined) {
    throw new UsageError("needs --secret (or KOMBU_EDGE_SECRET), or --private-key for senders that have one");
  }
  const body = values.body && (await readFile(values.body, "utf8"));
  const contentType = values["content-type"];
  const request = await signSample(await loadPreset(name as PresetName), secret ?? "", {
    url,
    id: values.id ?? randomUUID(),
    settings: settingsOf(values.set ?? []),
    ...(values.event !== undefined && { type: values.event }),
    ...(body !== undefined && { body }),
    ...(contentType !== undefined && { contentType }),
    ...(privateKey !== undefined && { privateKey }),
  });
  return { request, print: values.print ?? false };
}

function settingsOf(pairs: readonly string[]): Settings {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw new UsageError("--set must be NAME=VALUE");
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      return [name, LISTS.has(name) ? value.split(",") : value];
    }),
  );
}

function suggestions(name: string): string {
  const near = Object.values(PRESET_FILES)
    .flat()
    .filter((known) => known.toLowerCase().startsWith(name.slice(0, 3).toLowerCase()));
  return near.length > 0 ? `; is it ${near.join(" or ")}?` : "; docs/webhooks-presets.md lists them";
}

async function post({ method, url, headers, body }: SampleRequest): Promise<number> {
  const answer = await fetch(url, {
    method,
    headers,
    body,
    redirect: "manual",
    signal: AbortSignal.timeout(POST_TIMEOUT_MS),
  });
  const text = await answer.text();
  console.log(`${answer.status} ${answer.statusText}${text && `\n${text}`}`);
  return answer.ok ? 0 : 1;
}

/** The request as a command of a POSIX shell. */
function curl({ method, url, headers, body }: SampleRequest): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const lines = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  return [`curl -X ${method} ${quoted(url)}`, ...lines, `--data-binary ${quoted(body)}`].join(" \\\n  ");
}
