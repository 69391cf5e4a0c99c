/**
 * Binding tables that outlive a request, per isolate. Only values are kept, never a promise or another I/O object:
 * a request must not wait on what another began (spec http-redis §5.3).
 * @module
 */
import { BindingTable } from "./table.ts";

/** How many exchanges an isolate remembers; the one unused for longest goes first. */
const MAXIMUM_TABLES = 500;

/** A table and what is known of its age. Times are milliseconds since the epoch. */
export interface CachedTable {
  readonly table: BindingTable;
  /** When the request that read it was sent; 0 for a table that was seeded. */
  readonly loadedAt: number;
  /** When a routing key last could not be placed by a table read for that very purpose. */
  readonly missedAt: number;
}

const tables = new Map<string, CachedTable>();

/** Where a table is kept: the same exchange name means another table in another database or under another prefix. */
export function cacheKey(database: string, bindingSet: string, sep: string): string {
  return JSON.stringify([database, bindingSet, sep]);
}

/** The table of an exchange if this isolate has one, however old. */
export function cachedTable(key: string): CachedTable | undefined {
  const found = tables.get(key);
  if (found) {
    tables.delete(key);
    tables.set(key, found);
  }
  return found;
}

/**
 * Keeps a table that was just read.
 *
 * @param sentAt When the read was sent; an answer to an older read never replaces a newer one.
 * @returns The table that is now current.
 */
export function storeTable(
  key: string,
  members: readonly string[],
  sep: string,
  sentAt: number,
): BindingTable {
  const current = tables.get(key);
  if (current && current.loadedAt > sentAt) return current.table;
  // What was read before mostly still holds, and its patterns need not be compiled again.
  const table = current && holds(current.table, members) ? current.table : new BindingTable(members, sep);
  put(key, { table, loadedAt: sentAt, missedAt: current?.missedAt ?? 0 });
  return table;
}

function holds(table: BindingTable, members: readonly string[]): boolean {
  return members.length === table.members.size && members.every((member) => table.members.has(member));
}

/** Adds or removes members that this isolate itself just wrote, without changing the table's age. */
export function amendTable(
  key: string,
  sep: string,
  added: readonly string[],
  removed: readonly string[],
): void {
  const current = tables.get(key);
  if (!current) return;
  const { members: known } = current.table;
  if (added.every((member) => known.has(member)) && !removed.some((member) => known.has(member))) return;
  const members = new Set(current.table.members);
  for (const member of added) members.add(member);
  for (const member of removed) members.delete(member);
  put(key, { table: new BindingTable(members, sep), loadedAt: current.loadedAt, missedAt: 0 });
}

/** Puts in a table known from elsewhere; it counts as past its age, so the first publish refreshes it on the way. */
export function seedTable(key: string, members: Iterable<string>, sep: string): void {
  if (!tables.has(key)) put(key, { table: new BindingTable(members, sep), loadedAt: 0, missedAt: 0 });
}

/** Notes that a fresh look did not help either. */
export function noteMiss(key: string, at: number): void {
  const current = tables.get(key);
  if (current) tables.set(key, { ...current, missedAt: at });
}

const declared = new Map<string, number>();
const MAXIMUM_DECLARED = 5_000;

/** When this isolate last wrote a binding; 0 when it never did. For exchanges whose table nobody here has read. */
export function declaredAt(key: string, member: string): number {
  return declared.get(`${key}${member}`) ?? 0;
}

/** Notes that a binding was written, or (without a time) removed. */
export function noteDeclared(key: string, member: string, at: number | undefined): void {
  if (at === undefined) {
    declared.delete(`${key}${member}`);
    return;
  }
  if (declared.size >= MAXIMUM_DECLARED) declared.clear();
  declared.set(`${key}${member}`, at);
}

/** Forgets all tables of this isolate; the next publish to each exchange reads its table anew. */
export function clearBindingCache(): void {
  tables.clear();
  declared.clear();
}

function put(key: string, entry: CachedTable): void {
  tables.delete(key);
  tables.set(key, entry);
  if (tables.size > MAXIMUM_TABLES) tables.delete(tables.keys().next().value!);
}
