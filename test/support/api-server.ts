import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach } from "vitest";
import type { Api, ApiDefinition } from "../../templates/client/src/runtime/api.js";
import { createRuntime } from "../../templates/client/src/runtime/create-runtime.js";
import { isApiError, type ApiError } from "../../templates/client/src/runtime/errors.js";
import { learning } from "../../templates/client/src/runtime/learning-budget.js";
import type { Operation } from "../../templates/client/src/runtime/operation.js";
import type { ApiOptions } from "../../templates/client/src/runtime/options.js";

/** A request as it came over the wire. */
export interface Received {
  readonly method: string;
  /** Path and query, untouched. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export interface TestServer {
  readonly url: string;
  readonly received: Received[];
  /** Closes all connections, as a server does that has not been spoken to for a while. */
  disconnect(): void;
}

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
});

/** A real HTTP server on a free port, which keeps what it receives; it is closed after the test. */
export async function serve(
  answer: (request: Received, response: ServerResponse) => void = (_request, response) =>
    json(response, 200, {}),
): Promise<TestServer> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  const url = await listen((request, response) => {
    sockets.add(request.socket);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: target = "", headers } = request;
      const entry = { method, url: target, headers, body: Buffer.concat(chunks) };
      received.push(entry);
      answer(entry, response);
    });
  });
  const disconnect = (): void => sockets.forEach((socket) => socket.end());
  return { url, received, disconnect };
}

export async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // The address of a TCP server is an object.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

/** A URL at which nobody listens. */
export async function closedPort(): Promise<string> {
  const url = await listen(() => {});
  const server = servers.pop();
  await new Promise((resolve) => server?.close(resolve));
  return url;
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

export const definition: ApiDefinition = {
  name: "test-client",
  version: "1.2.3",
  securitySchemes: { apiKey: { kind: "bearer" }, oauth: { kind: "oauth" } },
  policy: {
    windows: [],
    refusalStatus: 429,
    retry: {
      statuses: [429, 503],
      delay: [{ header: "Retry-After" }],
      backoff: { initialMs: 1, maxMs: 5, factor: 2, jitter: "full" },
      maxAttempts: 3,
    },
  },
  learning,
  defaults: { workspaceId: "current" },
};

/** A runtime against a test server, which does not repeat anything unless told. */
export function apiFor(baseUrl: string, options: ApiOptions = {}, changes: Partial<ApiDefinition> = {}): Api {
  return createRuntime(
    { ...definition, ...changes },
    { baseUrl, maxRetries: 0, rateLimit: false, ...options },
  );
}

/** An operation on `/things`, with the members that a test cares about. */
export function operation(members: Partial<Operation> = {}): Operation {
  return { id: "fetchThing", method: "GET", path: "/things", ...members };
}

/** What a call fails with; that it fails is part of the test. */
export async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isApiError(error)) throw new Error(`The call did not fail as it should, but with ${String(error)}.`);
  return error;
}

/** A server that stops answering at one of three points. */
export function stalling(point: "headers" | "body" | "error body"): Promise<TestServer> {
  return serve((_request, response) => {
    if (point === "headers") return;
    response.writeHead(point === "body" ? 200 : 500, { "content-type": "application/json" });
    response.write('{"a":');
  });
}
