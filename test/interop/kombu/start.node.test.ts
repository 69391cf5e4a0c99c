/** @module The main job as a new user sees it: `npm start`, the printed request, and the printed line of Python. */
import { once } from "node:events";
import { afterEach, expect, inject, test } from "vitest";
import { freePort } from "../../../local/server/port.ts";
import { printedRequest, type Started, start } from "../../local/start/npm_start.ts";
import { run } from "../../made_once.ts";
import { describeEachKombu, findKombus } from "../python.ts";

let started: Started | undefined;

afterEach(() => {
  started?.child.kill("SIGKILL");
});

describeEachKombu(await findKombus(), inject("redisStore"), ({ python }) => {
  test("a Python consumer prints what an HTTP request published", async () => {
    started = start({ PORT: String(await freePort()), API_TOKEN: "local-token" });
    const output = await started.until("Ctrl-C stops everything.");
    const answer = await printedRequest(output);
    expect(await answer.json()).toMatchObject({ status: "delivered", queues: ["hello"] });
    const [, code] = /python3 -c "([^"]+)"/.exec(output)!;
    const said = await run(python, ["-c", code!]);
    expect(said).toMatchObject({ code: 0, stdout: "{'hello': 'world'}\n" });
    started.child.kill("SIGINT");
    expect(await once(started.child, "exit")).toEqual([0, null]);
  });
});
