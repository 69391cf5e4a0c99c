import type { Area } from "../route.ts";
export const metrics: Area = {
  routes: [
    {
      method: "GET",
      path: "/metrics",
      summary: "x",
      access: "read",
      answers: { 200: "" },
      handle: () => new Response(""),
    },
  ],
};
