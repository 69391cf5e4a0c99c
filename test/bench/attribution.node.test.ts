/** @module Whose time a sample of workerd is. */
import { expect, test } from "vitest";
import { attribute } from "../../bench/attribution.ts";
import { readSourceMaps } from "../../bench/sources.ts";
import { positionOf, readStacks } from "../../bench/stacks.ts";

/** Column 1 is of `src/redis/client.ts`, column 9 of a package. */
const MAP = JSON.stringify({
  version: 3,
  sources: ["../src/redis/client.ts", "../node_modules/@upstash/redis/nodejs.mjs"],
  names: [],
  mappings: "AAAA,QCAA",
});
const SOURCES = readSourceMaps(new Map([["chunks/chunk-A1.js", MAP]]));

async function attributed(text: string) {
  const found = [];
  for await (const stack of readStacks(text.split("\n"))) found.push(attribute(stack, SOURCES));
  return found;
}

const MANGLED = (kind: string, length: number, rest: string) =>
  `_ZN7workerd3jsg${kind}INS_6server12_GLOBAL__N_129JsgWorkerdIsolate_TypeWrapperEXadsoKcL_ZZNS_3api${length}${rest}15registerMembersINS0_19ResourceTypeBuilderIS4_`;

test("stacks are read block by block, the innermost frame first, spaces in symbols kept", async () => {
  const text = `
\tffffffff81e2e971 do_accept
\t          10afa8 __accept 4


\t    563eab9c0633 JS:^get url worker.js:1:61

\t         5fbd538 kj::_::waitImpl(kj::Own<kj::_::PromiseNode>&&, kj::WaitScope&)
`;
  const stacks = [];
  for await (const stack of readStacks(text.split("\n"))) stacks.push(stack);
  expect(stacks).toEqual([
    [
      { address: "ffffffff81e2e971", symbol: "do_accept" },
      { address: "10afa8", symbol: "__accept 4" },
    ],
    [{ address: "563eab9c0633", symbol: "JS:^get url worker.js:1:61" }],
    [{ address: "5fbd538", symbol: "kj::_::waitImpl(kj::Own<kj::_::PromiseNode>&&, kj::WaitScope&)" }],
  ]);
});

test.each([
  ["JS:+'publish chunks/chunk-A1.js:51:948", { module: "chunks/chunk-A1.js", line: 51, column: 948 }],
  ["JS:+ chunks/chunk-A1.js:52:11355", { module: "chunks/chunk-A1.js", line: 52, column: 11355 }],
  ["JS:*'#watched worker.js:1:7", { module: "worker.js", line: 1, column: 7 }],
  ["JS:~get url worker.js:1:61", { module: "worker.js", line: 1, column: 61 }],
  [
    "JS:~formatLog node-internal:internal_inspect:2381:26",
    { module: "node-internal:internal_inspect", line: 2381, column: 26 },
  ],
  ["Builtins_RunMicrotasks", undefined],
  ["RegExp:^[a-z]+:1:2", undefined],
])("%s is at", (symbol, position) => {
  expect(positionOf({ address: "1", symbol })).toEqual(position);
});

test("JavaScript, and what of the language it calls, is of its file", async () => {
  expect(
    await attributed(`
\t 1 JS:*'send chunks/chunk-A1.js:1:1
\t 2 Builtins_RunMicrotasks

\t 1 v8::internal::Runtime_StringSplit
\t 2 Builtins_StringPrototypeSplit
\t 3 JS:+'request chunks/chunk-A1.js:1:9
\t 4 JS:+'send chunks/chunk-A1.js:1:1
\t 5 workerd::api::ServiceWorkerGlobalScope::request

\t 1 JS:^fetch worker.js:1:61`),
  ).toEqual([
    { area: "src/redis", caller: "src/redis/client.ts" },
    { area: "@upstash/redis", caller: "@upstash/redis" },
    { area: "code outside of src", caller: "code outside of src" },
  ]);
});

test("an API of the runtime is told from its caller, by the call that the caller made", async () => {
  const stacks = [
    [
      "workerd::api::Headers::Headers",
      "workerd::api::Response::json_",
      MANGLED("20StaticMethodCallback", 8, "Response"),
    ],
    ["v8::String::Utf8Length", MANGLED("14MethodCallback", 7, "Headers")],
    [
      "workerd::api::Headers::get",
      "workerd::api::ServiceWorkerGlobalScope::fetch",
      MANGLED("14MethodCallback", 24, "ServiceWorkerGlobalScope"),
    ],
    ["workerd::jsg::unwrap", MANGLED("14MethodCallback", 24, "ServiceWorkerGlobalScope")],
    [
      "workerd::api::ServiceWorkerGlobalScope::setTimeoutInternal",
      MANGLED("14MethodCallback", 24, "ServiceWorkerGlobalScope"),
    ],
    ["workerd::api::AbortSignal::timeout"],
    ["SHA256_Update", "workerd::api::SubtleCrypto::digest"],
    ["workerd::api::(anonymous namespace)::AllReader::read<char>"],
    ["v8::internal::JsonParser<unsigned char>::ParseJsonValue", "v8::internal::Builtin_JsonParse"],
    [
      "JS:~formatLog node-internal:internal_inspect:2381:26",
      "workerd::(anonymous namespace)::consoleDecorator<2>",
    ],
    ["JS:~validateObject node-internal:validators:58:31"],
  ];
  const text = stacks.map((symbols) =>
    [...symbols, "JS:*'send chunks/chunk-A1.js:1:1"].map((symbol) => `1 ${symbol}`).join("\n"),
  );
  const found = await attributed(text.join("\n\n"));
  expect(found.map(({ area }) => area)).toEqual([
    "the runtime's Response",
    "the runtime's Headers",
    "the runtime's fetch",
    "the runtime's fetch",
    "the runtime's setTimeout",
    "the runtime's AbortSignal",
    "the runtime's crypto",
    "the runtime's AllReader",
    "JSON.parse and JSON.stringify",
    "the runtime's console",
    "the runtime's own JavaScript",
  ]);
  expect(new Set(found.map(({ caller }) => caller))).toEqual(new Set(["src/redis/client.ts"]));
});

test("other threads and garbage come before JavaScript, and without JavaScript the innermost known frame decides", async () => {
  const found = await attributed(`
1 v8::internal::MinorGCJob::Task::RunInternal
2 v8::platform::WorkerThread::Run
3 start_thread

1 v8::internal::Scavenger::Process
2 v8::internal::Heap::CollectGarbage
3 JS:*'send chunks/chunk-A1.js:1:1

ffffffff81e2a546 tcp_sendmsg
10afa8 __send

1 __memmove_avx512_unaligned_erms
2 <hyper::proto::h1::role::Server>::encode
3 kj::_::waitImpl

1 Builtins_FulfillPromise
2 Builtins_RunMicrotasks
3 workerd::IoContext::runImpl

1 workerd::api::pumpOwnedSourceToSink
2 kj::_::waitImpl

1 kj::_::Event::armDepthFirst
2 workerd_server::entry::serve

1 TCMallocInternalCfree
2 [unknown]

7f0 [unknown]`);
  expect(found).toEqual([
    { area: "compiling and collecting on other threads" },
    { area: "garbage collection" },
    { area: "the kernel" },
    { area: "HTTP in the runtime (hyper, tokio)" },
    { area: "the isolate between calls: locks, promises, wrappers" },
    { area: "requests and bodies in the runtime (workerd)" },
    { area: "the runtime's event loop (kj)" },
    { area: "the runtime, other" },
    { area: "the runtime, other" },
  ]);
});
