/**
 * The same configuration with a spool that is used soon and drained soon.
 * @module
 */
import type { GatewayConfig } from "../../src/http/gateway.ts";
import config from "./config.ts";

/** Seconds before a spooled message is tried again, at most. */
export const LONGEST_DELAY = 1;

const spooling: GatewayConfig = {
  ...config,
  spool: { after: 500, minimumDelay: 1, maximumDelay: LONGEST_DELAY },
};

export default spooling;
