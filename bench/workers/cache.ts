/**
 * @module The least that can stand behind the Cache API of workerd: a map. What the API costs with this is what it costs at least; Cloudflare's own
 * store is another process on another machine of the data centre.
 */
const stored = new Map<string, ArrayBuffer>();
const HEAD_END = "\r\n\r\n";

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === "PUT") {
      // A whole HTTP response.
      const text = await request.text();
      const body = new TextEncoder().encode(text.slice(text.indexOf(HEAD_END) + HEAD_END.length));
      stored.set(request.url, body.buffer);
      return new Response(null, { status: 204 });
    }
    const found = stored.get(request.url);
    if (!found) return new Response(null, { status: 504, headers: { "cf-cache-status": "MISS" } });
    return new Response(found, {
      headers: { "cf-cache-status": "HIT", "content-type": "application/json" },
    });
  },
};
