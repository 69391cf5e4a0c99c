/** @module Finding a Python that has Celery, and starting its processes. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

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

/** The versions, whether they are here or not. */
export const VERSIONS: readonly CeleryVersion[] = [
  version("5.6", `${ROOT}.venv-celery56/bin/python`, "base64", "run test/interop/celery/install-celery.sh"),
  version(
    "5.2",
    "/usr/bin/python3",
    "raw",
    "install Debian's package celery (apt-get install celery python3-redis)",
  ),
];

function version(name: string, python: string, authFormat: "base64" | "raw", advice: string): CeleryVersion {
  const missing = whyMissing(name, python);
  return { name, python, authFormat, missing: missing && `${missing}: ${advice}` };
}

function whyMissing(wanted: string, python: string): string | undefined {
  if (!existsSync(python)) return `no ${python.replace(ROOT, "")}`;
  try {
    const script = "import celery, redis, cryptography; print(celery.__version__)";
    const found = execFileSync(python, ["-c", script], {
      cwd: FOLDER,
      encoding: "utf8",
      stdio: "pipe",
    }).trim();
    return found.startsWith(`${wanted}.`) ? undefined : `found Celery ${found}`;
  } catch {
    return "its Python has no celery, redis or cryptography";
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
