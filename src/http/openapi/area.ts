/**
 * The route that describes all others, and itself.
 * @module
 */
import type { Area } from "../route.ts";
import { describe } from "./document.ts";

/** The area of `/openapi.json`. */
export function openapi(areas: readonly Area[]): Area {
  // Written when first asked for: a Worker that is never asked need not start slower.
  let written: { readonly mount: string; readonly text: string } | undefined;
  const area: Area = {
    routes: [
      {
        method: "GET",
        path: "/openapi.json",
        summary: "This document",
        access: "open",
        answers: { 200: "" },
        handle({ mount }) {
          if (written?.mount !== mount) {
            written = { mount, text: JSON.stringify(describe([...areas, area], mount)) };
          }
          return new Response(written.text, { headers: { "content-type": "application/json" } });
        },
      },
    ],
  };
  return area;
}
