import createPathClient from "openapi-fetch";

type Fetch = (input: string | URL, init?: RequestInit) => Promise<Response>;

/** A client that the benchmarks run: connected to a server, it is what makes one call. */
export interface Peer {
  readonly name: string;
  readonly connect: (url: string, fetch?: Fetch) => () => Promise<unknown>;
}

interface Octokit {
  request(route: string): Promise<{ readonly data: unknown }>;
}
interface OctokitModule {
  readonly Octokit: {
    plugin(...plugins: readonly unknown[]): new (options: object) => Octokit;
  };
}
type Ky = (url: string) => { json(): Promise<unknown> };

export const PATH = "/workspaces/current/tasks/tsk_1";

const platformFetch: Fetch = (url, init) => fetch(url, init);

/** Imports a package that is there for the benchmarks only; `Module` is what they use of it. */
export function load<Module>(name: string): Promise<Module> {
  return import(name);
}

export const bare: Peer = {
  name: "fetch and json()",
  connect:
    (url, fetch = platformFetch) =>
    async () =>
      (
        await fetch(url + PATH, { headers: { accept: "application/json", authorization: "Bearer k" } })
      ).json(),
};

export const openapiFetch: Peer = {
  name: "openapi-fetch",
  connect: (baseUrl, fetch) => {
    const client = createPathClient<Record<string, { get: { responses: object } }>>({
      baseUrl,
      headers: { authorization: "Bearer k" },
      ...(fetch && { fetch: (request: Request) => fetch(request.url, request) }),
    });
    return async () => (await client.GET(PATH)).data;
  },
};

/** Ours, with the window that a benchmark gives it; without one it learns, as where a spec is silent. */
export async function ours(limit?: number, windowMs?: number): Promise<Peer> {
  const { createApi, fetchTask } = await load<typeof import("../../generated/client/src/operations.js")>(
    "@workspace-api/client/operations",
  );
  const windows = limit && windowMs ? [{ name: "w", limit, windowMs }] : [];
  return {
    name: `@workspace-api/client${windows.length > 0 ? "" : ", limits not stated"}`,
    connect: (baseUrl, fetch) => {
      const api = createApi({ baseUrl, apiKey: "k", rateLimit: { windows }, fetch });
      return () => fetchTask(api, "tsk_1");
    },
  };
}

export async function ky(): Promise<Peer> {
  const { default: base } = await load<{ default: { create(options: object): Ky } }>("ky");
  return {
    name: "ky",
    connect: (url, fetch = platformFetch) => {
      const client = base.create({ headers: { authorization: "Bearer k" }, fetch });
      return () => client(url + PATH).json();
    },
  };
}

/** Octokit's core as GitHub recommends it: with throttling, which queues, and retries. */
export async function octokit(): Promise<Peer> {
  const { Octokit } = await load<OctokitModule>("@octokit/core");
  const { throttling } = await load<{ throttling: unknown }>("@octokit/plugin-throttling");
  const { retry } = await load<{ retry: unknown }>("@octokit/plugin-retry");
  const Client = Octokit.plugin(throttling, retry);
  const again = (_after: number, _options: object, _octokit: object, count: number): boolean => count < 3;
  return {
    name: "@octokit/core, throttling, retry",
    connect: (baseUrl, fetch) => {
      const client = new Client({
        baseUrl,
        auth: "k",
        // Clients without an id of their own would share one queue.
        throttle: { id: crypto.randomUUID(), onRateLimit: again, onSecondaryRateLimit: again },
        request: { fetch },
        log: { debug() {}, info() {}, warn() {}, error() {} },
      });
      return async () => (await client.request(`GET ${PATH}`)).data;
    },
  };
}

export async function ofetch(): Promise<Peer> {
  const module = await load<{ ofetch: (url: string) => Promise<unknown> }>("ofetch");
  return { name: "ofetch", connect: (url) => () => module.ofetch(url + PATH) };
}

export async function openai(): Promise<Peer> {
  interface Client {
    readonly models: { list(): Promise<unknown> };
  }
  const { default: OpenAI } = await load<{ default: new (options: object) => Client }>("openai");
  return {
    name: "openai",
    connect: (baseURL) => {
      const client = new OpenAI({ apiKey: "k", baseURL });
      return () => client.models.list();
    },
  };
}

export async function stripe(): Promise<Peer> {
  interface Client {
    readonly customers: { list(): Promise<unknown> };
  }
  const { default: Stripe } = await load<{ default: new (key: string, options: object) => Client }>("stripe");
  return {
    name: "stripe",
    connect: (url) => {
      const { hostname, port } = new URL(url);
      const client = new Stripe("sk_test_k", { host: hostname, port, protocol: "http", telemetry: false });
      return () => client.customers.list();
    },
  };
}
