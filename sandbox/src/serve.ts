import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

import { createAdaptorServer } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";

import type { Sandbox } from "./create-sandbox.js";
import { isDropped } from "./http/faults.js";

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

/** Serves a sandbox over HTTP. The sandbox itself stays open. */
export async function serveSandbox(sandbox: Sandbox, options: ServeOptions = {}): Promise<ServedSandbox> {
  const { port = 4010, host = "127.0.0.1" } = options;
  // An HTTP/1 server, which is what the adaptor makes unless told otherwise.
  const server = createAdaptorServer({
    fetch: async (request, { incoming, outgoing }) => {
      const response = await sandbox.answer(request, { address: incoming.socket.remoteAddress ?? "" });
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
    url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}`,
    close: () => closeServer(server),
  };
}

async function closeServer(server: Server): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
  clearTimeout(timer);
}
