import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { build } from "esbuild";

import { buildPackage, buildServer } from "../support/build.js";
import { scratchFolder } from "../support/scratch.js";

/** A request as it went out. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A generated client, loosely typed since its spec is made by the test, and what it sent. */
export interface WireClient {
  /** Calls a method of the resource `a`. */
  readonly call: (method: string, ...args: unknown[]) => Promise<unknown>;
  readonly sent: Sent[];
}

/** The spec of an API with these paths; methods are called by the operations' ids, so that tests know them. */
export function specOf(stated: object, rest: object = {}): object {
  const text = JSON.stringify(stated).replace(/"operationId":("[^"]+")/g, '"operationId":$1,"x-method":$1');
  const paths: unknown = JSON.parse(text);
  return {
    openapi: "3.1.0",
    info: { title: "T", version: "1" },
    servers: [{ url: "https://api.test" }],
    paths,
    ...rest,
  };
}

/** Builds a client for a spec; every request is answered by `answer`. */
export async function clientOf(
  spec: object,
  answer: (request: Sent) => Response,
  options: object = {},
): Promise<WireClient> {
  const folder = scratchFolder();
  writeFileSync(join(folder, "openapi.json"), JSON.stringify(spec));
  await buildPackage(join(folder, "openapi.json"), join(folder, "client"), "wire");
  const { WireClient: Client } = await bundled(
    join(folder, "client/src/index.ts"),
    join(folder, "client.mjs"),
  );
  const sent: Sent[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const request = new Request(url, { ...init, ...(init.body ? { duplex: "half" } : {}) });
    const told = { method: request.method, url, headers: request.headers, body: await request.text() };
    sent.push(told);
    return answer(told);
  };
  const client = new Client({ fetch, maxRetries: 0, ...options });
  return { call: (method, ...args) => client.a[method](...args), sent };
}

/** Builds the server's side of a spec. */
export async function serverOf(
  spec: object,
  handlers: object,
): Promise<(request: Request) => Promise<Response>> {
  const folder = scratchFolder();
  writeFileSync(join(folder, "openapi.json"), JSON.stringify(spec));
  await buildServer(join(folder, "openapi.json"), join(folder, "server"));
  const { createServer } = await bundled(
    join(folder, "server/src/create-server.ts"),
    join(folder, "server.mjs"),
  );
  return createServer(handlers, { context: () => ({}), checkResponses: true });
}

async function bundled(entry: string, outfile: string) {
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    logLevel: "error",
    nodePaths: ["node_modules"],
  });
  return import(pathToFileURL(outfile).href);
}

export async function collected(items: unknown): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items as AsyncIterable<unknown>) all.push(item); // what the test expects of the answer
  return all;
}
