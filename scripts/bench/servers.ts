import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";

export interface BenchServer {
  readonly url: string;
  close(): void;
}

/** Plain JavaScript, so that no compiler's helpers run along. */
const ANSWERING = `
  const { createServer } = require("node:http");
  const { parentPort } = require("node:worker_threads");
  const server = createServer((request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end('{"taskId":"tsk_1","title":"Ship it","status":"open"}');
  });
  server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;

/** A server in a thread of its own that answers everything at once. */
export async function answering(): Promise<BenchServer> {
  const worker = new Worker(ANSWERING, { eval: true });
  const [port]: unknown[] = await once(worker, "message");
  return { url: `http://127.0.0.1:${String(port)}`, close: () => void worker.terminate() };
}

export interface LimitingServer extends BenchServer {
  readonly counts: { sent: number; refused: number };
}

/** A server that lets so many through in each window, which the first request opens, and tells when the next one opens. */
export async function limiting(limit: number, windowMs: number): Promise<LimitingServer> {
  const counts = { sent: 0, refused: 0 };
  let [start, used] = [-Infinity, 0];
  const server = createServer((_request, response) => {
    counts.sent += 1;
    const now = performance.now();
    if (now - start >= windowMs) [start, used] = [now, 0];
    used += 1;
    if (used <= limit) {
      response.writeHead(200, { "content-type": "application/json" }).end('{"data":[]}');
      return;
    }
    counts.refused += 1;
    const seconds = Math.ceil((start + windowMs - now) / 1000);
    const reset = Math.ceil(Date.now() / 1000) + seconds;
    response.writeHead(429, {
      "content-type": "application/json",
      "retry-after": String(seconds),
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(reset),
    });
    response.end(`{"message":"Too many requests. Retry in ${seconds} seconds."}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // The address of a TCP server is an object.
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, counts, close };
}
