/**
 * Routes that senders of webhooks call, and one for those who manage them.
 * @module
 */
import * as v from "valibot";
import { type Area, type Route, route } from "../route.ts";
import { forgetHandovers, handoversOf } from "./handover.ts";
import { receiveWebhook, sourceAt } from "./receive.ts";

const PATH = "/v1/webhooks/{source}";
/** 200 and 204 are the usual ones; a preset or the configuration may say another. */
const ANSWERS = { 200: "", 204: "" };

function sender(method: Route["method"], summary: string, more: Partial<Route> = {}): Route {
  return { method, path: PATH, summary, access: "open", answers: ANSWERS, handle: receiveWebhook, ...more };
}

/** The area of `/v1/webhooks`. Senders prove who they are in their own way; there is no token. */
export const webhooks: Area = {
  schemas: {
    Handovers: v.strictObject({
      handovers: v.array(
        v.strictObject({
          name: v.string(),
          value: v.string(),
          received_at: v.pipe(v.string(), v.isoTimestamp()),
        }),
      ),
    }),
  },
  routes: [
    sender("POST", "Receive a webhook: verified, then queued", { body: { "*/*": "" } }),
    sender("GET", "Answer a sender's check of the address"),
    sender("OPTIONS", "Answer a CloudEvents sender that asks for leave", { answers: { 200: "" } }),
    route({
      method: "GET",
      path: `${PATH}/handover`,
      summary: "The secrets that a sender handed over within the last hour",
      access: "manage",
      query: {},
      answers: { 200: "Handovers" },
      handle: async (call) => Response.json({ handovers: await handoversOf(call, sourceAt(call)) }),
    }),
    route({
      method: "DELETE",
      path: `${PATH}/handover`,
      summary: "Forget them",
      access: "manage",
      query: {},
      answers: { 204: "" },
      async handle(call) {
        await forgetHandovers(call, sourceAt(call));
        return new Response(null, { status: 204 });
      },
    }),
  ],
};
