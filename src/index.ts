/**
 * The library: publish Kombu messages over an HTTP Redis client.
 * @module
 */
export { Channel, type ChannelEnvironment } from "./channel.ts";
export type { ChannelOptions } from "./delivery/channel_options.ts";
export type { BatchOptions, Outcome } from "./delivery/deliver_many.ts";
export type { Delivery, Publication } from "./delivery/publication.ts";
export type { PublishOptions } from "./delivery/publish_options.ts";
export { Exchange, type ExchangeOptions, Queue, type QueueBinding, type QueueOptions } from "./entity.ts";
export { type Compression, registerCompression } from "./envelope/compression.ts";
export type { BodyEncoding } from "./envelope/envelope.ts";
export { type Payload, registerSerializer, type Serializer } from "./envelope/serializers.ts";
export { DateTime, Decimal, Float, PlainDate, PlainTime, TypedValue, UUID } from "./envelope/typed.ts";
export * from "./errors.ts";
export { type Message, Producer, type ProducerOptions, type ReturnedMessage } from "./producer.ts";
export type { CircuitOptions, CircuitState } from "./redis/circuit.ts";
export type { Command, RedisCredentials, RedisLike, RedisPipeline, Reply } from "./redis/client.ts";
export type { RetryPolicy } from "./redis/retry.ts";
export { clearBindingCache } from "./routing/cache.ts";
export type { KeyOptions } from "./routing/keys.ts";
export type { Binding, BindingTable, ExchangeType, SkippedBinding } from "./routing/table.ts";
