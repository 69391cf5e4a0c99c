/**
 * @module A closed loop of HTTP requests: so many at a time, each followed by the next when its answer is there. On bare sockets,
 * because the load shares two cores with what it measures.
 */
import { connect, type Socket } from "node:net";

/** A request, the same every time but for some headers. */
export interface LoadRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that differ with each request. */
  readonly varying?: () => Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends requests for a while.
 *
 * @param concurrency How many are under way at a time.
 * @returns Answers per second, and how many there were.
 * @throws Error when one is not answered with a 2xx; then none is under way any more.
 */
export async function load(
  request: LoadRequest,
  concurrency: number,
  seconds: number,
): Promise<{ perSecond: number; count: number }> {
  const start = performance.now();
  const end = start + seconds * 1000;
  let count = 0;
  const clients = Array.from({ length: concurrency }, () => new Client(request));
  const loop = async (client: Client) => {
    while (performance.now() < end) {
      await client.send();
      count++;
    }
  };
  try {
    await Promise.all(clients.map(loop));
  } finally {
    // After a failure the other loops end here, with the answer that they wait for.
    for (const client of clients) client.close();
  }
  return { perSecond: (count / (performance.now() - start)) * 1000, count };
}

const CLOSED = new Error("the load has ended");

/** One connection, opened again when the server closes it after an answer, as gunicorn's usual worker does. */
class Client {
  readonly #request: LoadRequest;
  readonly #head: string;
  readonly #body: string;
  #socket: Socket | undefined;
  #closed = false;
  #received: Buffer = Buffer.alloc(0);
  #done: ((error?: Error) => void) | undefined;

  constructor(request: LoadRequest) {
    const { host, pathname, search } = new URL(request.url);
    const body = Buffer.from(request.body);
    this.#request = request;
    this.#body = body.toString("latin1");
    this.#head = `POST ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n${lines(request.headers)}`;
  }

  send(): Promise<void> {
    if (this.#closed) return Promise.reject(CLOSED);
    this.#socket ??= this.#connect();
    return new Promise((resolve, reject) => {
      this.#done = (error) => (error ? reject(error) : resolve());
      this.#socket!.write(`${this.#head}${lines(this.#request.varying?.())}\r\n${this.#body}`, "latin1");
    });
  }

  /** What is under way fails, and what is sent from now on. */
  close(): void {
    this.#closed = true;
    this.#socket?.destroy();
    this.#finish(CLOSED);
  }

  #connect(): Socket {
    const { hostname, port } = new URL(this.#request.url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.on("data", (chunk) => {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
      this.#read(false);
    });
    socket.on("close", () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      if (this.#done) this.#read(true);
    });
    socket.on("error", (error) => this.#finish(error));
    return socket;
  }

  #read(ended: boolean): void {
    const answer = readAnswer(this.#received, ended);
    if (!answer) {
      if (ended) this.#finish(new Error(`${this.#request.url} closed without an answer`));
      return;
    }
    this.#received = Buffer.alloc(0);
    if (answer.closes && this.#socket) {
      const socket = this.#socket;
      this.#socket = undefined;
      socket.destroy();
    }
    const { status, text } = answer;
    if (status >= 200 && status <= 299) this.#finish();
    else this.#finish(new Error(`${this.#request.url} answered ${status}: ${text().slice(0, 300)}`));
  }

  #finish(error?: Error): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(error);
  }
}

/** An answer if it is all there. One request is under way at a time, so what follows its head is its body. */
function readAnswer(
  data: Buffer,
  ended: boolean,
): { status: number; closes: boolean; text(): string } | undefined {
  const headEnd = data.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const head = data.toString("latin1", 0, headEnd).toLowerCase();
  const body = data.subarray(headEnd + 4);
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  let complete = ended;
  if (length !== undefined) complete = body.length >= Number(length);
  else if (/\r\ntransfer-encoding: *chunked/.test(head)) complete = body.subarray(-5).equals(LAST_CHUNK);
  if (!complete) return undefined;
  const closes = /\r\nconnection: *close/.test(head);
  return { status: Number(head.slice(9, 12)), closes, text: () => body.toString() };
}

const LAST_CHUNK = Buffer.from("0\r\n\r\n");

function lines(headers: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(headers ?? {})
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
}
