/** @module Finding a Python that has Celery, and starting its processes. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { madeOnce, runOrThrow } from "../../made_once.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const FOLDER: string = fileURLToPath(new URL(".", import.meta.url));

/** One Celery to test against. */
export interface CeleryVersion {
  readonly name: string;
  readonly python: string;
  /** How its `auth` serialiser packs a body. */
  readonly authFormat: "base64" | "raw";
  /** Why it cannot be used; `undefined` when it can. */
  readonly missing: string | undefined;
}

const VENV = `${ROOT}.venv-celery56`;
/** Flower for its task API; the extra `redis` brings the redis-py that this Celery was released for. */
const REQUIREMENTS = ["celery[redis]==5.6.*", "cryptography", "msgpack", "pyyaml", "flower"];

/** Looks for the versions; makes the venv of the current one when it is not there. */
export async function findVersions(): Promise<readonly CeleryVersion[]> {
  const advice = "install Debian's package celery (apt-get install celery python3-redis)";
  return [
    await current(),
    version("5.2", "/usr/bin/python3", "raw", whyMissing("5.2", "/usr/bin/python3", advice)),
  ];
}

async function current(): Promise<CeleryVersion> {
  const python = `${VENV}/bin/python`;
  try {
    await madeOnce(VENV, REQUIREMENTS.join(" "), async () => {
      await runOrThrow("python3", ["-m", "venv", VENV]);
      const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...REQUIREMENTS];
      await runOrThrow(python, install, { timeout: 300_000 });
    });
  } catch (error) {
    return version(
      "5.6",
      python,
      "base64",
      `no venv could be made: ${(error as Error).message.split("\n")[0]}`,
    );
  }
  return version(
    "5.6",
    python,
    "base64",
    whyMissing("5.6", python, "remove .venv-celery56 and run the tests again"),
  );
}

function version(
  name: string,
  python: string,
  authFormat: "base64" | "raw",
  missing: string | undefined,
): CeleryVersion {
  return { name, python, authFormat, missing };
}

function whyMissing(wanted: string, python: string, advice: string): string | undefined {
  try {
    const script = "import celery, redis, cryptography; print(celery.__version__)";
    const said = execFileSync(python, ["-c", script], { cwd: FOLDER, encoding: "utf8", stdio: "pipe" });
    return said.startsWith(`${wanted}.`) ? undefined : `found Celery ${said.trim()}: ${advice}`;
  } catch {
    return `${python.replace(ROOT, "")} has no celery, redis or cryptography: ${advice}`;
  }
}

/** A process and everything it wrote to its standard error. */
export interface PythonProcess {
  readonly process: ChildProcess;
  log(): string;
  stop(): Promise<void>;
}

/** Starts Python with the interop app on a Redis. */
export function startPython(
  { python }: CeleryVersion,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): PythonProcess {
  const child = spawn(python, args, {
    cwd: FOLDER,
    env: {
      PATH: process.env.PATH,
      HOME: "/nonexistent",
      PYTHONUNBUFFERED: "1",
      PYTHONDONTWRITEBYTECODE: "1",
      ...environment,
    },
    stdio: ["pipe", "pipe", "pipe"],
    // A prefork worker's children go with it.
    detached: true,
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-200_000);
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      try {
        process.kill(-child.pid!, "SIGKILL");
      } catch {
        // It ended by itself.
      }
      await ended;
    }
  };
  return { process: child, log: () => log, stop };
}

/** Starts a worker and waits until it is ready. */
export async function startWorker(
  version: CeleryVersion,
  name: string,
  options: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<PythonProcess> {
  const args = [
    "-m",
    "celery",
    "-A",
    "app",
    "worker",
    "-l",
    "INFO",
    "-E",
    "-n",
    `${name}@test`,
    "--without-mingle",
  ];
  const worker = startPython(version, [...args, ...options], environment);
  for (const end = Date.now() + 40_000; !worker.log().includes(`${name}@test ready`); ) {
    if (Date.now() > end || worker.process.exitCode !== null) {
      await worker.stop();
      throw new Error(
        `worker ${name} of Celery ${version.name} did not start:\n${worker.log().slice(-3000)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return worker;
}
