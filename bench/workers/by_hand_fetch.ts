/** @module The Worker written by hand, with bare `fetch` as the floor has it. */
import { byHand } from "./by_hand.ts";

export default byHand(async (env, command, signal) => {
  const answer = await fetch(env.UPSTASH_REDIS_REST_URL, {
    method: "POST",
    headers: {
      authorization: `Bearer ${env.UPSTASH_REDIS_REST_TOKEN}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(command),
    ...(signal && { signal }),
  });
  return ((await answer.json()) as { result?: unknown }).result;
});
