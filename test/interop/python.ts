/**
 * Pythons with a real Kombu in them: 5.6 from PyPI in a venv of our own, 5.2 as Debian packages it.
 * @module
 */
import { fileURLToPath } from "node:url";
import { describe, test } from "vitest";
import { madeOnce, run, runOrThrow } from "../made_once.ts";

/** A Python that can import a Kombu of the wanted version. */
export interface Kombu {
  readonly name: "Kombu 5.6" | "Kombu 5.2";
  /** The exact version found, such as `5.6.2`. */
  readonly version: string;
  readonly python: string;
  /** Kombu ≥ 5.3 decodes typed JSON; before, an application sees the wrapper. */
  readonly decodesTypedValues: boolean;
}

/** A Kombu that is not to be had here, and why. */
export interface MissingKombu {
  readonly name: Kombu["name"];
  readonly reason: string;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const VENV = `${ROOT}.venv-kombu56`;
/** The extra `redis` brings the redis-py that this Kombu was released for. */
const REQUIREMENTS = ["kombu[redis]==5.6.*", "msgpack", "pyyaml", "brotli", "zstandard"];
const PIP_TIMEOUT_MS = 300_000;

const isRequired = process.env.KOMBU_EDGE_REQUIRE_ALL === "1";

async function kombu56(): Promise<string> {
  await madeOnce(VENV, REQUIREMENTS.join(" "), async () => {
    await runOrThrow("python3", ["-m", "venv", VENV]);
    await runOrThrow(
      `${VENV}/bin/python`,
      ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...REQUIREMENTS],
      { timeout: PIP_TIMEOUT_MS },
    );
  });
  return `${VENV}/bin/python`;
}

async function find(
  name: Kombu["name"],
  interpreter: () => Promise<string>,
  modules: string,
  advice: string,
): Promise<Kombu | MissingKombu> {
  try {
    const python = await interpreter();
    const said = await run(python, ["-c", `import kombu, ${modules}; print(kombu.__version__)`]);
    const version = said.stdout.trim();
    if (said.code !== 0) throw new Error(said.stderr.trim().split("\n").at(-1));
    if (!version.startsWith(name.slice("Kombu ".length))) throw new Error(`found Kombu ${version}`);
    return { name, version, python, decodesTypedValues: name === "Kombu 5.6" };
  } catch (error) {
    const said = (error as Error).message.replace(/\s+/g, " ");
    return { name, reason: `${said} (${advice})` };
  }
}

/** Both versions, in the order 5.6, 5.2. */
export async function findKombus(): Promise<readonly (Kombu | MissingKombu)[]> {
  return [
    await find(
      "Kombu 5.6",
      kombu56,
      "redis, msgpack, yaml, brotli, zstandard",
      "needs python3 with venv, and PyPI",
    ),
    await find(
      "Kombu 5.2",
      async () => "/usr/bin/python3",
      "redis, msgpack, yaml",
      "Debian: apt-get install python3-kombu python3-redis python3-msgpack python3-yaml",
    ),
  ];
}

/** Whether the Redis of these tests can be reached over TCP, as Python must; with the reason when not. */
function reasonWithoutServer(redisStore: "server" | "embedded"): string | undefined {
  if (redisStore === "server") return undefined;
  return "no redis-server or valkey-server on PATH: Python cannot attach to the embedded store";
}

/**
 * Runs a suite with each version of Kombu. What is missing is skipped and says so loudly; with
 * KOMBU_EDGE_REQUIRE_ALL=1 it fails.
 *
 * @param redisStore What `servers.ts` provides as `redisStore`.
 */
export function describeEachKombu(
  kombus: readonly (Kombu | MissingKombu)[],
  redisStore: "server" | "embedded",
  suite: (kombu: Kombu) => void,
): void {
  describe.each(kombus.map((kombu) => [kombu.name, kombu] as const))("%s", (name, kombu) => {
    const reason = reasonWithoutServer(redisStore) ?? ("reason" in kombu ? kombu.reason : undefined);
    if (reason === undefined) {
      suite(kombu as Kombu);
    } else if (isRequired) {
      test("is there", () => {
        throw new Error(`KOMBU_EDGE_REQUIRE_ALL=1, but ${name} is not: ${reason}`);
      });
    } else {
      console.warn(`\n!!! ${name}: SKIPPED, NOT TESTED AGAINST IT: ${reason} !!!\n`);
      test.skip(`SKIPPED: ${reason}`, () => {});
    }
  });
}
