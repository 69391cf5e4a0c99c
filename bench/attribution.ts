/** @module Whose time a sample of `workerd` is: the gateway's JavaScript, an API of the runtime that it calls, or the runtime by itself. */
import { folderOf, type Sources, sourceAt } from "./sources.ts";
import { type Frame, isKernel, positionOf } from "./stacks.ts";

/** Of one sample. */
export interface Attribution {
  /** A part of the source or of the runtime. */
  readonly area: string;
  /** The file or package whose JavaScript runs, or called what runs. */
  readonly caller?: string;
}

const OTHER_THREADS = "compiling and collecting on other threads";
const GARBAGE = "garbage collection";
const KERNEL = "the kernel";
const JSON_AREA = "JSON.parse and JSON.stringify";
const OTHER = "the runtime, other";

/** Work that no JavaScript waits for, by the innermost frame that one of these recognises. */
const UNCALLED: readonly (readonly [symbols: RegExp, area: string])[] = [
  [
    /hyper|tokio|mio::|http::|httparse|bytes::|workerd_server|kj_rs|headers_from_block/,
    "HTTP in the runtime (hyper, tokio)",
  ],
  [
    /v8::|Builtins_|workerd::jsg|cppgc|InLock|InContextScope|AsyncLock|IoContext::run|Worker::(Lock|Isolate)/,
    "the isolate between calls: locks, promises, wrappers",
  ],
  [/workerd::/, "requests and bodies in the runtime (workerd)"],
  [/kj::/, "the runtime's event loop (kj)"],
];

/** Says whose it is. */
export function attribute(stack: readonly Frame[], sources: Sources): Attribution {
  if (stack.some(({ symbol }) => /^start_thread$|WorkerThread::Run/.test(symbol)))
    return { area: OTHER_THREADS };
  if (stack.some(({ symbol }) => /CollectGarbage|MinorGC|Scaveng|MarkCompact/.test(symbol)))
    return { area: GARBAGE };
  for (const [index, frame] of stack.entries()) {
    const position = positionOf(frame);
    // Some of the runtime's own API is JavaScript too.
    if (!position || isRuntimes(position.module)) continue;
    const caller = sourceAt(sources, position);
    // The call that it made is the outermost of those below it.
    const called = stack.slice(0, index).reverse();
    return { area: apiOf(called) ?? folderOf(caller), caller };
  }
  if (stack.some(isKernel)) return { area: KERNEL };
  for (const { symbol } of stack) {
    const known = UNCALLED.find(([symbols]) => symbols.test(symbol));
    if (known) return { area: known[1] };
  }
  return { area: OTHER };
}

function isRuntimes(module: string): boolean {
  return /^(node|cloudflare)(-internal)?:/.test(module);
}

/** The runtime's API that is called, of frames with the outermost first; `undefined` when it is but the language. */
function apiOf(called: readonly Frame[]): string | undefined {
  for (const frame of called) {
    const { symbol } = frame;
    if (symbol.includes("Builtin_Json")) return JSON_AREA;
    if (symbol.includes("consoleDecorator")) return "the runtime's console";
    const name = classOf(symbol);
    if (name === undefined) continue;
    if (name === "ServiceWorkerGlobalScope") return `the runtime's ${globalOf(called)}`;
    return `the runtime's ${/Crypto|Digest/.test(name) ? "crypto" : name}`;
  }
  return called.some((frame) => /^JS:/.test(frame.symbol)) ? "the runtime's own JavaScript" : undefined;
}

/** `Headers` of `workerd::api::Headers::get`. A name too long to be made readable has its length before it: `3api7Headers`. */
function classOf(symbol: string): string | undefined {
  const readable = /workerd::api::(?:\(anonymous namespace\)::)?([A-Z]\w*)/.exec(symbol)?.[1];
  if (readable) return readable;
  const [, length, rest] = /^_Z.*?3api(\d+)([A-Z]\w*)/.exec(symbol) ?? [];
  return rest?.slice(0, Number(length));
}

/** Which of the global functions; reading its arguments and making its promise are most often those of `fetch`. */
function globalOf(called: readonly Frame[]): string {
  for (const { symbol } of called) {
    const method = /ServiceWorkerGlobalScope::([a-z]\w*)/.exec(symbol)?.[1];
    if (method) return method.replace(/Internal$/, "");
  }
  return "fetch";
}
