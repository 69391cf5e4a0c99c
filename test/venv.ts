/** @module A Python environment of a suite's own, made once and kept. */
import { madeOnce, runOrThrow } from "./made_once.ts";

const INSTALL_TIMEOUT_MS = 300_000;

/**
 * Makes it, unless it is there with the same packages.
 *
 * @returns What keeps it from being made; `undefined` when it is there.
 */
export async function missingVenv(
  folder: string,
  requirements: readonly string[],
): Promise<string | undefined> {
  try {
    await madeOnce(folder, requirements.join(" "), async () => {
      await runOrThrow("python3", ["-m", "venv", folder]);
      const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...requirements];
      await runOrThrow(`${folder}/bin/python`, install, { timeout: INSTALL_TIMEOUT_MS });
    });
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/\s+/g, " ");
  }
}
