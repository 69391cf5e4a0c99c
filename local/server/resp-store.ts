/** @module A Redis over TCP. The one importer of `@redis/client`, an optional peer dependency. */
import {
  type Command,
  discarded,
  RedisReplyError,
  type Reply,
  type Store,
  StoreUnavailableError,
} from "../store.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_INTERVAL_MS = 50;
/** Idle connections kept for the next transaction. */
const IDLE_TRANSACTION_CONNECTIONS = 8;

type Library = typeof import("@redis/client");

export interface RespStore extends Store {
  readonly redisUrl: string;
  /** Closes the connections, and leaves the server running. */
  disconnect(): Promise<void>;
}

/**
 * Connects to a Redis.
 *
 * @param url `redis://` or `rediss://`, with user, password and database as usual.
 * @param stop Called by `close()` after the connections are closed.
 * @throws StoreUnavailableError when it cannot be reached; the message never holds the password.
 */
export async function connectRespStore(
  url: string,
  stop: () => Promise<void> = async () => {},
): Promise<RespStore> {
  const library = await importLibrary();
  let closed = false;
  const idle: Connection[] = [];
  // Reconnects by itself from now on, so that a Redis that was restarted is found again.
  const shared = await connect(library, url, () => (closed ? false : RECONNECT_INTERVAL_MS));

  /** One that is still good: those of a server that went away are thrown out. */
  function takeIdle(): Connection | undefined {
    for (let connection = idle.pop(); connection; connection = idle.pop()) {
      if (connection.isUsable()) return connection;
      connection.destroy();
    }
    return undefined;
  }

  async function withOwnConnection<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
    // Never reconnects: commands of half a transaction must not run outside of it.
    const connection = takeIdle() ?? (await connect(library, url, () => false));
    try {
      const value = await use(connection);
      if (closed || idle.length >= IDLE_TRANSACTION_CONNECTIONS) connection.destroy();
      else idle.push(connection);
      return value;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  async function disconnect(): Promise<void> {
    closed = true;
    for (const connection of [shared, ...idle.splice(0)]) connection.destroy();
  }

  return {
    redisUrl: url,
    run: (commands) => shared.send(commands),
    transaction: (commands) =>
      withOwnConnection(async (connection) => {
        const begin: Command = [Buffer.from("MULTI")];
        const end: Command = [Buffer.from("EXEC")];
        const [, ...queued] = await connection.send([begin, ...commands, end]);
        const replies = queued.pop()!;
        if (!(replies instanceof RedisReplyError)) return replies as readonly Reply[];
        const reason = queued.find((reply) => reply instanceof RedisReplyError);
        return reason ? discarded(reason) : replies;
      }),
    disconnect,
    close: async () => {
      await disconnect();
      await stop();
    },
  };
}

interface Connection {
  isUsable(): boolean;
  send(commands: readonly Command[]): Promise<readonly Reply[]>;
  destroy(): void;
}

async function connect(library: Library, url: string, retry: () => number | false): Promise<Connection> {
  let connected = false;
  const client = library.createClient({
    url,
    RESP: 2,
    // A command waiting for a Redis that is away would be a request that hangs.
    disableOfflineQueue: true,
    disableClientInfo: true,
    commandOptions: {
      typeMapping: {
        [library.RESP_TYPES.BLOB_STRING]: Buffer,
        [library.RESP_TYPES.SIMPLE_STRING]: Buffer,
        // As digits: a number would round an integer beyond 2^53.
        [library.RESP_TYPES.NUMBER]: String,
      },
    },
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectStrategy: () => (connected ? retry() : false),
    },
  });
  // Without a listener a lost connection would end the process; each command under way rejects by itself.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    throw unavailable(error);
  }
  connected = true;
  return {
    isUsable: () => client.isReady,
    // All are written before the first reply is awaited, so nothing of this connection comes between them.
    send: (commands) =>
      Promise.all(
        commands.map((command) => client.sendCommand<unknown>([...command]).then(toReply, toErrorReply)),
      ),
    destroy: () => {
      if (client.isOpen) client.destroy();
    },
  };

  function toErrorReply(error: unknown): Reply {
    if (error instanceof library.ErrorReply) return new RedisReplyError(error.message);
    throw unavailable(error);
  }

  function toReply(reply: unknown): Reply {
    if (reply === null || reply instanceof Uint8Array) return reply as Buffer | null;
    if (typeof reply === "string") {
      const number = Number(reply);
      return Number.isSafeInteger(number) ? number : BigInt(reply);
    }
    if (reply instanceof library.ErrorReply) return new RedisReplyError(reply.message);
    return (reply as readonly unknown[]).map(toReply);
  }
}

function unavailable(cause: unknown): StoreUnavailableError {
  const reason = cause instanceof AggregateError ? cause.errors[0] : cause;
  const detail = (reason as { code?: string }).code ?? (reason as Error).message;
  // Not in the form of a Redis error, which begins with a code such as ERR and promises that nothing was applied.
  return new StoreUnavailableError(`The local front cannot reach its Redis (${detail})`, { cause });
}

async function importLibrary(): Promise<Library> {
  try {
    return await import("@redis/client");
  } catch (cause) {
    throw new Error(
      'kombu-edge/local needs the package "@redis/client" to talk to a Redis server: npm install --save-dev @redis/client. ' +
        'Without it, start it with { store: "embedded" }.',
      { cause },
    );
  }
}
