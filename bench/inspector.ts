/** @module A workerd's inspector, as far as the heap is concerned. Attached, it slows down what it looks at. */

/** Bytes of the heap in use in the isolate of the Worker named `main`. Throws when the inspector does not say. */
export async function heapBytes(port: number): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/main`);
  try {
    return await new Promise<number>((resolve, reject) => {
      socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: "Runtime.getHeapUsage" }));
      socket.onerror = () => reject(new Error("the inspector does not answer"));
      socket.onclose = () => reject(new Error("the inspector closed"));
      socket.onmessage = ({ data }) => {
        const { id, result, error } = JSON.parse(String(data)) as {
          id?: number;
          result?: { usedSize: number };
          error?: { message: string };
        };
        if (id !== 1) return;
        if (result) resolve(result.usedSize);
        else reject(new Error(error?.message ?? "the inspector gave no heap"));
      };
    });
  } finally {
    socket.close();
  }
}
