import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

import { createAdaptorServer } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";

import type { Sandbox } from "./create-sandbox.js";
import { isDropped } from "./http/faults.js";
import { isLocalName } from "./http/local.js";

export interface ServeOptions {
  /** 0 takes any free port. */
  readonly port?: number;
  readonly host?: string;
}

export interface ServedSandbox {
  /** Where it is, as in `http://127.0.0.1:4010`. */
  readonly url: string;
  /** Takes no more requests, and ends when those that run are answered, or after ten seconds. */
  close(): Promise<void>;
}

const PATIENCE_MS = 10_000;

/**
 * Serves a sandbox over HTTP. The sandbox itself stays open. At an address of the machine itself it answers to names of
 * that machine alone: a page elsewhere could let a name of its own lead there, and would count as the same origin.
 */
export async function serveSandbox(sandbox: Sandbox, options: ServeOptions = {}): Promise<ServedSandbox> {
  const { port = 4010, host = "127.0.0.1" } = options;
  const urlHost = host.includes(":") ? `[${host}]` : host;
  let isClosing = false;
  // An HTTP/1 server, which is what the adaptor makes unless told otherwise.
  const server = createAdaptorServer({
    fetch: async (request, { incoming, outgoing }) => {
      const name = incoming.headers.host?.replace(/:\d*$/, "") ?? "";
      if (isLocalName(urlHost) && !isLocalName(name)) return misdirected();
      const response = await sandbox.answer(request, { address: incoming.socket.remoteAddress ?? "" });
      // Otherwise a client that asks again and again would keep its connection, and lose a request when it is cut.
      if (isClosing) outgoing.setHeader("Connection", "close");
      if (!isDropped(response)) return response;
      outgoing.destroy();
      return RESPONSE_ALREADY_SENT;
    },
  }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${nameOf(urlHost)}:${taken}`,
    close() {
      isClosing = true;
      sandbox.endWaits();
      return closeServer(server);
    },
  };
}

function misdirected(): Response {
  const remedy = "Ask for localhost, or start the sandbox with --host 0.0.0.0 to let other names lead to it.";
  return new Response(`The sandbox answers to names of its own machine alone. ${remedy}\n`, { status: 421 });
}

/** How this machine reaches what listens on a host: all addresses of a machine are not an address. */
function nameOf(urlHost: string): string {
  if (urlHost === "0.0.0.0") return "127.0.0.1";
  return urlHost === "[::]" ? "[::1]" : urlHost;
}

async function closeServer(server: Server): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
  clearTimeout(timer);
}
