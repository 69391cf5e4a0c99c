import { describe, expect, it } from "vitest";
import { presets } from "../../src/webhooks/presets/by-name.ts";
import type { VerifySource } from "../../src/webhooks/verify.ts";
import { verify } from "../../src/webhooks/verify.ts";
import { keyPairCases } from "./key-pair-cases.ts";
import { NOW, type SenderCase, type Signed, senderCases } from "./sender-cases.ts";

function sourceOf(one: SenderCase, secrets: VerifySource["secrets"]): VerifySource {
  const preset = presets[one.preset];
  return { scheme: preset.scheme, secrets, settings: one.settings ?? {}, payload: preset.payload };
}

const reasonAt = async (
  one: SenderCase,
  signed: Signed,
  secrets = [one.secret],
  now = NOW,
): Promise<string> => {
  const verdict = await verify(signed, sourceOf(one, secrets), { now });
  return verdict.ok ? "accepted" : verdict.reason;
};

function strip(one: SenderCase, signed: Signed): Signed {
  if (typeof one.strip !== "string") return one.strip(signed);
  const { [one.strip]: _, ...headers } = signed.headers;
  return { ...signed, headers };
}

const names = [...senderCases.map(({ preset }) => preset), ...keyPairCases];

it("has a case for every preset, and none twice", () => {
  expect(names.toSorted()).toEqual(Object.keys(presets).toSorted());
  expect(names.length).toBeGreaterThanOrEqual(130);
});

describe.each(senderCases.map((one) => [one.preset, one] as const))("%s", (_, one) => {
  it("accepts what the sender signed", async () => {
    const signed = await one.make(one.secret, one.body, NOW);
    expect(await verify(signed, sourceOf(one, [one.secret]), { now: NOW })).toMatchObject({
      ok: true,
      secret: 0,
    });
  });

  it("accepts either of two secrets, and says which", async () => {
    const signed = await one.make(one.secret, one.body, NOW);
    const verdict = await verify(signed, sourceOf(one, [one.wrong, one.secret]), { now: NOW });
    expect(verdict).toMatchObject({ ok: true, secret: 1 });
  });

  it("rejects a request signed with another secret", async () => {
    expect(await reasonAt(one, await one.make(one.wrong, one.body, NOW))).toBe("mismatch");
  });

  if (!one.unsignedBody)
    it("rejects an altered body under the same signature", async () => {
      const signed = await one.make(one.secret, one.body, NOW);
      const other = await one.make(one.wrong, one.altered, NOW);
      const body =
        typeof one.strip === "string" || one.preset === "pandadoc"
          ? other.body
          : // The signature is in the body: the altered one gets it.
            alteredWithin(one, signed, other);
      expect(body).not.toBe(signed.body);
      expect(await reasonAt(one, { ...signed, body })).toBe("mismatch");
    });

  it("rejects a request without the signature", async () => {
    const stripped = strip(one, await one.make(one.secret, one.body, NOW));
    expect(await reasonAt(one, stripped)).toBe("missing");
  });

  it("never takes an empty secret, alone or beside a good one", async () => {
    const signed = await one.make(one.secret, one.body, NOW);
    expect(await reasonAt(one, signed, [""])).toBe("unusable-secret");
    expect(await reasonAt(one, signed, [one.secret, " "])).toBe("unusable-secret");
    expect(await reasonAt(one, signed, [])).toBe("not-configured");
  });

  const { tolerance } = one;
  if (tolerance !== undefined)
    it("keeps to its tolerance on both sides", async () => {
      const signed = await one.make(one.secret, one.body, NOW);
      const ahead = Math.min(tolerance, 300);
      expect(await reasonAt(one, signed, undefined, NOW + tolerance * 1000)).toBe("accepted");
      expect(await reasonAt(one, signed, undefined, NOW + (tolerance + 1) * 1000)).toBe("stale");
      expect(await reasonAt(one, signed, undefined, NOW - ahead * 1000)).toBe("accepted");
      expect(await reasonAt(one, signed, undefined, NOW - (ahead + 1) * 1000)).toBe("future");
    });

  if (typeof one.strip === "string")
    it("treats a doubled signature as the sender means it", async () => {
      const signed = await one.make(one.secret, one.body, NOW);
      const header = one.strip as string;
      const value = signed.headers[header]!;
      if (one.listed) {
        expect(
          await reasonAt(one, { ...signed, headers: { ...signed.headers, [header]: one.listed(value) } }),
        ).toBe("accepted");
      } else {
        const doubled = { ...signed.headers, [header]: `${value}, ${value}` };
        expect(await reasonAt(one, { ...signed, headers: doubled })).not.toBe("accepted");
      }
    });
});

/** The signed fields of one request with the signature of another. */
function alteredWithin(one: SenderCase, signed: Signed, other: Signed): string {
  const pattern = {
    mailgun: /"signature":"[0-9a-f]+"/,
    adyen: /"hmacSignature":"[^"]+"/,
    dropboxSign: /event_hash%22%3A%22[0-9a-f]+/,
  }[one.preset as "mailgun"];
  return other.body.replace(pattern, signed.body.match(pattern)![0]);
}
