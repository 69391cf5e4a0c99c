import { describe, expect, it } from "vitest";
import { type KeyCache, keyDocument, keyFetcher } from "../../src/webhooks/remote-keys.ts";

const url = "https://keys.example.com/jwks";

function served(body: BodyInit | null, init: ResponseInit = {}): typeof fetch {
  return (async () => new Response(body, init)) as typeof fetch;
}

describe("fetching", () => {
  it("returns the text, and for how long it is good", async () => {
    const fetch = served("{}", { headers: { "cache-control": "public, max-age=600" } });
    expect(await keyFetcher({ fetch })({ url })).toEqual({ text: "{}", maxAge: 600 });
    expect(await keyFetcher({ fetch: served("{}") })({ url })).toEqual({ text: "{}" });
  });

  it("posts JSON when there is something to ask, and follows no redirect", async () => {
    const calls: [string, RequestInit][] = [];
    const fetch = (async (address: string, init: RequestInit) => {
      calls.push([address, init]);
      return new Response("ok");
    }) as unknown as typeof globalThis.fetch;
    await keyFetcher({ fetch })({ url, body: { key_id: "1" } });
    expect(calls[0]![0]).toBe(url);
    expect(calls[0]![1]).toMatchObject({ method: "POST", body: '{"key_id":"1"}', redirect: "manual" });
  });

  it.each([
    ["a redirect", served(null, { status: 302, headers: { location: "https://evil.example/" } })],
    ["an error", served("no", { status: 500 })],
    ["no body", served(null, { status: 204 })],
    ["too much", served("x".repeat(70_000))],
  ])("rejects %s", async (_, fetch) => {
    await expect(keyFetcher({ fetch })({ url })).rejects.toThrow();
  });

  it("rejects what is not https, and what takes too long", async () => {
    await expect(keyFetcher({ fetch: served("x") })({ url: "http://keys.example.com/" })).rejects.toThrow(
      TypeError,
    );
    const never = ((_: string, { signal }: RequestInit) =>
      new Promise((_resolve, reject) => {
        signal!.addEventListener("abort", () => reject(signal!.reason as Error));
      })) as unknown as typeof fetch;
    await expect(keyFetcher({ fetch: never, timeout: 20 })({ url })).rejects.toThrow();
  });
});

describe("the cache", () => {
  const setup = () => {
    const cache: KeyCache = new Map();
    const state = { calls: 0, text: "one", fail: false, maxAge: 100 };
    const get = (now: number, again = false, name = "n"): Promise<string | undefined> => {
      const fetchKey = async () => {
        state.calls++;
        if (state.fail) throw new Error("down");
        return { text: state.text, maxAge: state.maxAge };
      };
      return keyDocument({ url }, name, fetchKey, cache, now * 1000, again);
    };
    return { cache, state, get };
  };

  it("keeps a document for as long as its server says", async () => {
    const { state, get } = setup();
    expect(await get(0)).toBe("one");
    state.text = "two";
    expect(await get(99)).toBe("one");
    expect(await get(100)).toBe("two");
    expect(state.calls).toBe(2);
  });

  it("asks again for an unknown key, but not more often than every 30 s", async () => {
    const { state, get } = setup();
    await get(0);
    state.text = "two";
    expect(await get(29, true)).toBe("one");
    expect(await get(30, true)).toBe("two");
    expect(await get(31, true)).toBe("two");
    expect(state.calls).toBe(2);
  });

  it("remembers a failure for 30 s, and a good document through one", async () => {
    const { state, get } = setup();
    state.fail = true;
    expect(await get(0)).toBeUndefined();
    expect(await get(29)).toBeUndefined();
    expect(state.calls).toBe(1);
    state.fail = false;
    expect(await get(30)).toBe("one");
    state.fail = true;
    expect(await get(131)).toBe("one");
    expect(state.calls).toBe(3);
  });

  it("holds 64 documents, and lets the oldest go", async () => {
    const { cache, get } = setup();
    for (let index = 0; index < 70; index++) await get(0, false, `n${index}`);
    expect(cache.size).toBe(64);
    expect(cache.has("n5")).toBe(false);
    expect(cache.has("n69")).toBe(true);
  });

  it("holds values, and nothing that belongs to a request", async () => {
    const { cache, get } = setup();
    await get(0);
    expect([...cache.values()]).toEqual([{ text: "one", fetchedAt: 0, expiresAt: 100_000 }]);
  });
});
