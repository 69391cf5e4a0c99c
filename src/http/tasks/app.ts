/**
 * The Celery app of one request, by the deployment's settings.
 * @module
 */
import { Celery, type Signer, signer } from "../../celery/index.ts";
import { Channel } from "../../channel.ts";
import { InvalidArgumentError, NotConfiguredError } from "../../errors.ts";
import type { Call } from "../call.ts";

/** By the bindings of an isolate, so that a key is imported once; values only. */
const signers = new WeakMap<object, Signer>();

/**
 * Makes the app.
 *
 * @throws {NotConfiguredError} Naming the variable that is missing, or the field of `celery` that only shows to be wrong
 * when Celery itself is loaded.
 */
export function celeryOf({ channel, channelOptions, env, settings }: Call): Celery {
  const { options, resultBackend, security } = settings.celery;
  const variable = (name: string): string => {
    const value = (env as Record<string, unknown>)[name];
    if (typeof value === "string" && value !== "") return value;
    throw new NotConfiguredError(`${name} is not set`);
  };
  const results = () => {
    const { urlVariable, tokenVariable } = resultBackend as Exclude<typeof resultBackend, false | undefined>;
    return new Channel({ url: variable(urlVariable), token: variable(tokenVariable) }, channelOptions);
  };
  const signing = () => {
    const { privateKeyVariable, certificateVariable, ...how } = security!;
    let known = signers.get(env);
    if (!known) {
      const privateKey = variable(privateKeyVariable);
      known = configured(signer({ privateKey, certificate: variable(certificateVariable), ...how }));
      signers.set(env, known);
    }
    return known;
  };
  try {
    if (resultBackend === undefined && !security) return new Celery(channel, options);
    return new Celery(channel, {
      ...options,
      ...(resultBackend !== undefined && { resultBackend: resultBackend && results() }),
      ...(security && { security: signing() }),
    });
  } catch (error) {
    throw misconfigured(error);
  }
}

/** An error about the configuration, which is not the caller's doing. */
export function misconfigured(error: unknown): unknown {
  if (!(error instanceof InvalidArgumentError)) return error;
  return new NotConfiguredError(`in the configuration of celery, ${error.message}`);
}

function configured({ sign, unpack }: Signer): Signer {
  return {
    unpack,
    async sign(json) {
      try {
        return await sign(json);
      } catch (error) {
        throw misconfigured(error);
      }
    },
  };
}
