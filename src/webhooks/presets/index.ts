/**
 * All presets, each an export of its own, so that a Worker carries only those that it names.
 * @module
 */
export * from "./code.ts";
export * from "./commerce.ts";
export * from "./messaging.ts";
export * from "./platform.ts";
export * from "./standard.ts";
