/**
 * Kombu's `yaml` serialiser, for `registerSerializer` or `serializer: yaml`. Needs the package `yaml`.
 *
 * Consumers refuse it unless their `accept` lists it. Spec kombu-redis §3.
 * @module
 */
import { stringify } from "yaml";
import { EncodeError } from "../errors.ts";
import type { Serializer } from "./serializers.ts";

/** Writes what PyYAML's `safe_load` reads (YAML 1.1), keys sorted as Kombu does, bytes as `!!binary`, dates native. */
export const yaml: Serializer = {
  name: "yaml",
  contentType: "application/x-yaml",
  contentEncoding: "utf-8",
  encode(value, field) {
    try {
      // Line folding and aliases would be valid too; without them a reader sees the value as it was given.
      return stringify(value, {
        version: "1.1",
        sortMapEntries: true,
        lineWidth: 0,
        aliasDuplicateObjects: false,
        indentSeq: false,
      });
    } catch (cause) {
      throw new EncodeError(field, "cannot be written as YAML", { cause });
    }
  },
};
