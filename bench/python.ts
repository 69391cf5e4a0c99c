/** @module The Python contenders, in an environment of the bench's own. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { skip } from "./rounds.ts";

/** The folder that contenders are installed in, with a slash at its end. */
export const CACHE: string = fileURLToPath(new URL("../.cache/bench/", import.meta.url));
const INSTALLED = `${CACHE}venv/packages`;
const PACKAGES = ["kombu[redis]", "celery", "flask", "gunicorn", "fastapi", "uvicorn[standard]", "flower"];

/** The interpreter of that environment. */
export const PYTHON: string = `${CACHE}venv/bin/python`;

/** A folder whose programs are the contenders'; `undefined`, with the reason printed, when they cannot be installed. */
export function preparePython(): string | undefined {
  const programs = `${CACHE}venv/bin/`;
  const wanted = PACKAGES.join("\n");
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, "utf8") === wanted) return programs;
  try {
    mkdirSync(CACHE, { recursive: true });
    execFileSync("python3", ["-m", "venv", `${CACHE}venv`], { stdio: "pipe" });
    execFileSync(PYTHON, ["-m", "pip", "install", "--quiet", ...PACKAGES], { stdio: "pipe" });
    writeFileSync(INSTALLED, wanted);
    return programs;
  } catch (error) {
    skip(PACKAGES.join(", "), error);
    return undefined;
  }
}

/** The versions that are installed, such as `kombu 5.6.2`. */
export function pythonVersions(): readonly string[] {
  const lines = execFileSync(PYTHON, ["-m", "pip", "freeze"]).toString().split("\n");
  const names = PACKAGES.map((name) => name.replace(/\[.*/, ""));
  const packages = lines
    .map((line) => line.toLowerCase().replace("==", " "))
    .filter((line) => [...names, "redis"].includes(line.split(" ")[0]!))
    .map((line) => line.replace(/^redis /, "redis-py "));
  return [execFileSync(PYTHON, ["--version"]).toString().trim(), ...packages];
}
