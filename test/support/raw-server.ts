import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

import { afterEach } from "vitest";

/** A server that speaks bytes, for answers that no HTTP library would write. */
export interface RawServer {
  readonly url: string;
  /** Connections that are open now. */
  readonly open: ReadonlySet<Socket>;
  /** Requests that have come, each as its text. */
  readonly requests: readonly string[];
  /** Connections that have been made, and those that are gone. */
  made: number;
  gone: number;
}

const servers: { readonly server: Server; readonly open: Set<Socket> }[] = [];

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map(({ server, open }) => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
});

/** Answers each request by writing to its socket; a request is taken to be whole when its declared length has come. */
export async function listenRaw(answer: (socket: Socket, request: string) => void): Promise<RawServer> {
  const open = new Set<Socket>();
  const requests: string[] = [];
  const server = createServer((socket) => {
    let text = "";
    raw.made += 1;
    open.add(socket);
    socket.on("close", () => {
      open.delete(socket);
      raw.gone += 1;
    });
    // A client that leaves early is part of many tests.
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const [head = "", body = ""] = text.split("\r\n\r\n");
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
      if (!text.includes("\r\n\r\n") || body.length < length) return;
      requests.push(text);
      const request = text;
      text = "";
      answer(socket, request);
    });
  });
  servers.push({ server, open });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // The address of a TCP server is an object.
  const { port } = server.address() as AddressInfo;
  const raw = { url: `http://127.0.0.1:${port}`, open, requests, made: 0, gone: 0 };
  return raw;
}

/** An answer as it goes over the wire. */
export function httpText(status: number, headers: Record<string, string | number>, body = ""): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Any\r\n${lines.join("")}\r\n${body}`;
}

/** An answer of JSON as it goes over the wire, with its length. */
export function jsonText(status: number, body: unknown, headers: Record<string, string> = {}): string {
  const text = JSON.stringify(body);
  return httpText(
    status,
    { "content-type": "application/json", "content-length": Buffer.byteLength(text), ...headers },
    text,
  );
}
