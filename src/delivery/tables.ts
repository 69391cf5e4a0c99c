/**
 * The binding tables a publish needs: from the cache, or read from Redis. Spec http-redis §6.2 B.
 * @module
 */
import { OutcomeUnknownError } from "../errors.ts";
import type { Command, Reply } from "../redis/client.ts";
import { cachedTable, cacheKey, declaredAt, noteMiss, storeTable } from "../routing/cache.ts";
import { bindingKey } from "../routing/keys.ts";
import { BindingTable } from "../routing/table.ts";
import type { DeclaredBinding, DeliveryContext } from "./publication.ts";

/** An exchange's table as this publish sees it. */
export interface KnownTable {
  readonly table: BindingTable;
  /** It was read from Redis for this very publish. */
  readonly fresh: boolean;
  /** It is past its age: read it again in the request that pushes. */
  readonly stale: boolean;
  /** When it was read, in milliseconds since the epoch; 0 for one that was seeded. */
  readonly readAt: number;
}

/** The cache's key for an exchange of this channel. */
export function tableKey(context: DeliveryContext, exchange: string): string {
  const { connection, keys } = context;
  return cacheKey(connection.database, bindingKey(exchange, keys), keys.sep);
}

/** The command that reads an exchange's table. */
export function readCommand(context: DeliveryContext, exchange: string): Command {
  return ["SMEMBERS", bindingKey(exchange, context.keys)];
}

/** The table of an exchange as this isolate knows it. */
export function knownTable(context: DeliveryContext, exchange: string): KnownTable | undefined {
  const cached = cachedTable(tableKey(context, exchange));
  if (!cached) return undefined;
  return {
    table: cached.table,
    fresh: false,
    stale: Date.now() - cached.loadedAt > context.bindingMaximumAge,
    readAt: cached.loadedAt,
  };
}

/** Keeps what a read returned; throws what it failed with. */
export function keepTable(
  context: DeliveryContext,
  exchange: string,
  reply: Reply,
  sentAt: number,
): BindingTable {
  if ("error" in reply) throw reply.error;
  if (!Array.isArray(reply.result)) throw new OutcomeUnknownError("the binding table is not a list");
  return storeTable(
    tableKey(context, exchange),
    reply.result.filter((member) => typeof member === "string"),
    context.keys.sep,
    sentAt,
  );
}

/** Reads the tables of several exchanges in one request, after writing the bindings declared with them. */
export async function readTables(
  context: DeliveryContext,
  exchanges: readonly string[],
  declare: readonly DeclaredBinding[],
  signal: AbortSignal | undefined,
): Promise<readonly KnownTable[]> {
  const declared = declareCommands(context, declare);
  const commands = [...declared, ...exchanges.map((exchange) => readCommand(context, exchange))];
  const sentAt = Date.now();
  const replies = await context.connection.send(commands, { atomic: false, signal, until: context.until });
  for (const reply of replies.slice(0, declared.length)) if ("error" in reply) throw reply.error;
  return exchanges.map((exchange, index) => ({
    table: keepTable(context, exchange, replies[declared.length + index]!, sentAt),
    fresh: true,
    stale: false,
    readAt: sentAt,
  }));
}

const NONE: readonly Command[] = [];

/** The commands that write bindings, one per exchange. */
export function declareCommands(
  context: DeliveryContext,
  declare: readonly DeclaredBinding[],
): readonly Command[] {
  if (declare.length === 0) return NONE;
  const members = new Map<string, Set<string>>();
  for (const { exchange, member } of declare) {
    const added = members.get(exchange) ?? new Set();
    members.set(exchange, added.add(member));
  }
  return [...members].map(([exchange, added]) => ["SADD", bindingKey(exchange, context.keys), ...added]);
}

/**
 * Those declared bindings that must be written: not in a table within its age, and not written by this isolate within that
 * time. A lost binding heals with the first publish past the age, one that is known costs nothing until then.
 */
export function missingBindings(
  context: DeliveryContext,
  declare: readonly DeclaredBinding[],
): readonly DeclaredBinding[] {
  if (declare.length === 0) return declare;
  return declare.filter(({ exchange, member }) => {
    const key = tableKey(context, exchange);
    const cached = cachedTable(key);
    // A seeded table says what should be there, not what is; an old one, what was.
    if (cached && Date.now() - cached.loadedAt <= context.bindingMaximumAge)
      return !cached.table.members.has(member);
    return Date.now() - declaredAt(key, member) >= context.bindingMaximumAge;
  });
}

/** The table with the bindings that the same request writes. */
export function withDeclared(
  context: DeliveryContext,
  table: BindingTable,
  exchange: string,
  declare: readonly DeclaredBinding[],
): BindingTable {
  const added = declare.filter(
    (binding) => binding.exchange === exchange && !table.members.has(binding.member),
  );
  if (added.length === 0) return table;
  return new BindingTable([...table.members, ...added.map(({ member }) => member)], context.keys.sep);
}

/** Whether a key of this exchange was looked up in vain a moment ago. */
export function isCoolingDown(context: DeliveryContext, exchange: string): boolean {
  const cached = cachedTable(tableKey(context, exchange));
  return cached !== undefined && Date.now() - cached.missedAt < context.missCooldown;
}

/** Remembers that a table read for a key did not place it. */
export function rememberMiss(context: DeliveryContext, exchange: string): void {
  noteMiss(tableKey(context, exchange), Date.now());
}
