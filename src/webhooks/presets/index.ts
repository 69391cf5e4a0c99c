/**
 * All presets, each an export of its own, so that a Worker carries only those that it names.
 * @module
 */
export * from "./chat.ts";
export * from "./cloud.ts";
export * from "./code.ts";
export * from "./content.ts";
export * from "./hosting.ts";
export * from "./mail.ts";
export * from "./payments.ts";
export * from "./shops.ts";
export * from "./standard.ts";
export * from "./voice.ts";
export * from "./work.ts";
