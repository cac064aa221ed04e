import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

import {
  EnvHttpProxyAgent,
  ProxyAgent,
  fetch as undiciFetch,
  type Dispatcher,
  type RequestInit,
} from "undici";
import { afterEach, expect, test } from "vitest";

import { WorkspaceClient, type WorkspaceClientOptions } from "../../generated/client/src/index.js";
import { json, serve } from "../support/api-server.js";

const closings: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(closings.splice(0).map((close) => close())));

/** A real proxy, which forwards and tunnels, and tells what it was asked for. */
async function startProxy(): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method = "", url = "", headers } = incoming;
    asked.push(`${method} ${url}`);
    incoming.pipe(
      forward(url, { method, headers }, (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(outgoing);
      }),
    );
  });
  proxy.on("connect", ({ url = "" }: IncomingMessage, socket: Socket) => {
    asked.push(`CONNECT ${url}`);
    const [host = "", port = ""] = url.split(":");
    const target = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
    for (const each of [target, socket]) {
      sockets.add(each);
      each.on("error", () => each.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  closings.push(() => {
    for (const socket of sockets) socket.destroy();
    proxy.closeAllConnections();
    return new Promise((resolve) => proxy.close(resolve));
  });
  // The address of a TCP server is an object.
  const { port } = proxy.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked };
}

/** What the guide tells users of a proxy to write: the client's `fetch`, by way of a dispatcher. */
function through(dispatcher: Dispatcher): NonNullable<WorkspaceClientOptions["fetch"]> {
  closings.push(() => dispatcher.close());
  return async (url, init) => {
    // Two copies of the same standard: the types name each other's classes, the objects are the same.
    const response = await undiciFetch(url, { ...(init as RequestInit), dispatcher });
    return response as unknown as Response;
  };
}

test.each([
  ["a ProxyAgent", (proxy: string): Dispatcher => new ProxyAgent(proxy)],
  ["HTTP_PROXY", (httpProxy: string): Dispatcher => new EnvHttpProxyAgent({ httpProxy, noProxy: "" })],
])(
  "calls go through the proxy that %s names, with body, retries and errors as ever",
  async (_what, dispatcher) => {
    const proxy = await startProxy();
    const server = await serve(({ method, url, body }, response) => {
      if (method === "POST" && server.received.length === 1)
        return json(response, 503, {}, { "retry-after": "0" });
      if (method === "POST") return json(response, 201, { taskId: "tsk_1", got: JSON.parse(String(body)) });
      return json(response, 404, { code: "task_not_found", message: url });
    });
    const client = new WorkspaceClient({
      apiKey: "key_12345",
      baseUrl: server.url,
      fetch: through(dispatcher(proxy.url)),
    });
    expect(await client.tasks.create({ title: "Ship it", kind: "bug" })).toEqual({
      taskId: "tsk_1",
      got: { title: "Ship it", kind: "bug" },
    });
    await expect(client.tasks.fetch("tsk_2")).rejects.toMatchObject({ code: "task_not_found", status: 404 });
    expect(server.received).toHaveLength(3);
    expect(proxy.asked.length).toBeGreaterThan(0);
    expect(proxy.asked.join()).toContain(new URL(server.url).host);
  },
);

test("calls to where NO_PROXY says go there directly", async () => {
  const proxy = await startProxy();
  const server = await serve();
  const dispatcher = new EnvHttpProxyAgent({ httpProxy: proxy.url, noProxy: "127.0.0.1" });
  await new WorkspaceClient({ apiKey: "k", baseUrl: server.url, fetch: through(dispatcher) }).tasks.fetch(
    "tsk_1",
  );
  expect(server.received).toHaveLength(1);
  expect(proxy.asked).toEqual([]);
});
