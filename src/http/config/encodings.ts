/**
 * Serialisers and compressions besides the built-in ones.
 * @module
 */
import { type Compression, registerCompression } from "../../envelope/compression.ts";
import { registerSerializer, type Serializer } from "../../envelope/serializers.ts";
import { InvalidArgumentError } from "../../errors.ts";
import { type Section, within } from "./section.ts";

/** What is registered when the Worker starts, for every channel of the isolate. */
export interface EncodingsConfig {
  /** Such as `yaml` from `kombu-edge/yaml`. */
  readonly serializers?: readonly Serializer[];
  /** Such as `brotli` from `kombu-edge/brotli`. */
  readonly compressions?: readonly Compression[];
}

/** The section `serializers`, `compressions`: it registers, and leaves nothing to look up. */
export const encodingsSection: Section<EncodingsConfig, object> = {
  names: { serializers: true, compressions: true },
  resolve({ serializers = [], compressions = [] }) {
    each(serializers, "serializers", registerSerializer);
    each(compressions, "compressions", registerCompression);
    return {};
  },
};

function each<Item extends object>(
  items: readonly Item[],
  field: string,
  register: (item: Item) => void,
): void {
  if (!Array.isArray(items)) throw new InvalidArgumentError(field, "must be a list");
  items.forEach((item, index) => {
    if (item === null || typeof item !== "object") {
      throw new InvalidArgumentError(`${field}[${index}]`, "must be an object, not a name");
    }
    within(`${field}[${index}]`, () => register(item));
  });
}
