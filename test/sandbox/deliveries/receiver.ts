import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";

/** What arrived at a receiver. */
export interface Arrival {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How a receiver answers: with a status, a status and a Location, never, or by asking for another protocol. */
export type Answer = number | { readonly status: number; readonly location: string } | "never" | "upgrade";

export interface Receiver {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  /** What the next requests are answered with; the last answer stays. */
  answers: Answer[];
  /** Resolves when so many requests have arrived. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

/** A real server that receives webhooks on a free port. */
export async function startReceiver(...answers: Answer[]): Promise<Receiver> {
  const arrivals: Arrival[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", headers } = request;
      arrivals.push({ method, headers, body: Buffer.concat(chunks).toString() });
      for (const check of waiting) check();
      const answer = (receiver.answers.length > 1 ? receiver.answers.shift() : receiver.answers[0]) ?? 204;
      if (answer === "never") return;
      if (answer === "upgrade") {
        request.socket.write(
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n",
        );
        return;
      }
      if (typeof answer === "number") response.writeHead(answer);
      else response.writeHead(answer.status, { Location: answer.location });
      response.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hooks`,
    arrivals,
    answers,
    arrived: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (arrivals.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return receiver;
}
