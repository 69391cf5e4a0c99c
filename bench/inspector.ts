/** @module A workerd's inspector, as far as profiles need it. */
import type { CpuProfile } from "./profile.ts";

/** Microseconds between samples. */
const INTERVAL = 200;

/** An inspector. */
export interface Inspector {
  /** Profiles while some work is done. */
  profile(work: () => Promise<unknown>): Promise<CpuProfile>;
  /** Bytes of the isolate's heap in use. */
  heapBytes(): Promise<number>;
  close(): void;
}

/** Connects to the Worker named `main`. Throws when there is none. */
export async function inspect(port: number): Promise<Inspector> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/main`);
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  let last = 0;
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error("the inspector does not answer"));
  });
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as {
      id?: number;
      result?: never;
      error?: { message: string };
    };
    const caller = waiting.get(id!);
    if (!caller) return;
    waiting.delete(id!);
    if (error) caller.reject(new Error(error.message));
    else caller.resolve(result!);
  };
  socket.onclose = () => {
    for (const { reject } of waiting.values()) reject(new Error("the inspector closed"));
  };
  const send = <T>(method: string, params: object = {}) =>
    new Promise<T>((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  return {
    profile: async (work) => {
      await send("Profiler.enable");
      await send("Profiler.setSamplingInterval", { interval: INTERVAL });
      await send("Profiler.start");
      await work();
      const { profile } = await send<{ profile: CpuProfile }>("Profiler.stop");
      return profile;
    },
    heapBytes: async () => (await send<{ usedSize: number }>("Runtime.getHeapUsage")).usedSize,
    close: () => socket.close(),
  };
}
