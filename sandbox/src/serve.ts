import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";

import type { Sandbox } from "./create-sandbox.js";
import { compressed } from "./http/compression.js";
import { isDropped } from "./http/faults.js";
import { isLocalName } from "./http/local.js";
import { seeThrough, type Forwarded, type ProxySettings } from "./http/proxies.js";

export interface ServeOptions extends ProxySettings {
  /** 0 takes any free port. */
  readonly port?: number;
  readonly host?: string;
  /** False sends all answers as they are. */
  readonly compression?: boolean;
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
 * that machine alone, and to its public one: a page elsewhere could let a name of its own lead there, and would count
 * as the same origin.
 */
export async function serveSandbox(sandbox: Sandbox, options: ServeOptions = {}): Promise<ServedSandbox> {
  const { port = 4010, host = "127.0.0.1", compression = true } = options;
  const urlHost = host.includes(":") ? `[${host}]` : host;
  const forwardedOf = seeThrough(options);
  const forwarded = new WeakMap<IncomingMessage, Forwarded>();
  let isClosing = false;
  const listener = getRequestListener(async (request, { incoming, outgoing }) => {
    const message = incoming as IncomingMessage; // The server below is one of HTTP/1.
    const { address, origin, isProxied } = forwarded.get(message) ?? forwardedOf(message);
    const name = message.headers.host?.replace(/:\d*$/, "") ?? "";
    const isKnown =
      isProxied || isLocalName(name) || (origin !== undefined && name === new URL(origin).hostname);
    if (isLocalName(urlHost) && !isKnown) return misdirected();
    const left = (): AbortSignal => {
      const controller = new AbortController();
      if (outgoing.closed) controller.abort();
      outgoing.once("close", () => controller.abort());
      return controller.signal;
    };
    const response = await sandbox.answer(request, { address, left });
    // Otherwise a client that asks again and again would keep its connection, and lose a request when it is cut.
    if (isClosing) outgoing.setHeader("Connection", "close");
    if (isDropped(response)) {
      outgoing.destroy();
      return RESPONSE_ALREADY_SENT;
    }
    const encodings = message.headers["accept-encoding"];
    return compression ? compressed(response, request.method, String(encodings ?? "")) : response;
  });
  const server = createServer((incoming, outgoing) => {
    const seen = forwardedOf(incoming);
    forwarded.set(incoming, seen);
    // In the absolute form (RFC 9112, 3.2.2), all that is made of a request's URL is made of the public one.
    if (seen.origin !== undefined && incoming.url?.startsWith("/") === true)
      incoming.url = seen.origin + incoming.url;
    void listener(incoming, outgoing);
  });
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
