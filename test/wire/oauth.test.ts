import { build } from "esbuild";
import { describe, expect, it } from "vitest";

import {
  WorkspaceClient,
  type RuntimeEvent,
  type WorkspaceClientOptions,
} from "../../generated/client/src/index.js";
import { createMemoryStore, createOAuth, type OAuthScope } from "../../generated/client/src/oauth.js";
import { serve } from "../support/api-server.js";
import { serveOAuth } from "../support/oauth-server.js";

describe("signing in to the API", () => {
  it("begins with the endpoints and scopes of its spec", async () => {
    const fetch = (): Promise<Response> => Promise.resolve(new Response("", { status: 404 }));
    const app = { clientId: "app", redirectUri: "https://app.example/callback", fetch };
    const [all, some] = [
      await createOAuth(app).start(),
      await createOAuth({ ...app, scopes: ["tasks:read"] }).start(),
    ];
    expect(all.url).toMatch(/^https:\/\/api\.workspace\.example\/app\/auth\/authorize\?/);
    expect(new URL(all.url).searchParams.get("scope")).toContain("agents:run");
    expect(new URL(some.url).searchParams.get("scope")).toBe("tasks:read" satisfies OAuthScope);
  });

  it("gives tokens that its client carries and replaces, on operations that an API key may not call", async () => {
    const server = await serveOAuth();
    const tokenUrl = `${server.url}/token`;
    const store = createMemoryStore({ ...server.signedIn(), refreshAt: 0, expiresAt: 0 });
    const oauth = createOAuth({ clientId: "app", redirectUri: "https://app.example/", tokenUrl, store });
    const events: RuntimeEvent[] = [];
    const client = new WorkspaceClient({
      baseUrl: `${server.url}/api`,
      apiKey: "key_secret",
      auth: oauth.token,
      cache: false,
      onEvent: (event) => events.push(event),
    });
    await client.agents.list();
    server.expireAccess();
    await client.agents.list();
    expect(server.refreshes).toBe(2);
    const refreshed = events.flatMap((event) => (event.type === "refresh" ? [event.operationId] : []));
    expect(refreshed).toEqual(["listAgents", "listAgents"]);
    const sent = server.tokenRequests.map(({ form, headers }) => JSON.stringify([...form, headers]));
    expect(sent.join()).not.toContain("key_secret");
    expect(JSON.stringify(events)).not.toMatch(/access-|refresh-/);
  });
});

describe("an operation", () => {
  const key = { apiKey: "key_secret" };
  const token = { auth: "token_secret" };
  type Calls = (client: WorkspaceClient) => Promise<unknown>;
  const agents: Calls = (client) => client.agents.list();
  const tasks: Calls = (client) => client.tasks.list();

  it.each<[name: string, call: Calls, options: WorkspaceClientOptions, sent: string]>([
    ["for both takes the API key alone", tasks, key, "Bearer key_secret"],
    ["for both takes the token alone", tasks, token, "Bearer token_secret"],
    ["for both takes what the spec names first", tasks, { ...key, ...token }, "Bearer key_secret"],
    [
      "for people takes the token, also from a client with a key",
      agents,
      { ...key, ...token },
      "Bearer token_secret",
    ],
  ])("%s", async (_name, call, options, sent) => {
    const server = await serve();
    await call(new WorkspaceClient({ baseUrl: server.url, ...options }));
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([sent]);
  });

  it.each<[name: string, call: Calls, options: WorkspaceClientOptions, message: RegExp]>([
    ["for people", agents, key, /^GET .*agents: needs oauth; the client has apiKey$/],
    ["for people", agents, {}, /^GET .*agents: needs oauth; the client has no credential$/],
    ["for both", tasks, {}, /^GET .*tasks: needs apiKey or oauth; the client has no credential$/],
  ])("%s says before it is sent which credential it lacks", async (_name, call, options, message) => {
    const server = await serve();
    const error: unknown = await call(new WorkspaceClient({ baseUrl: server.url, ...options })).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: "RequestError", message: expect.stringMatching(message) });
    expect(server.received).toEqual([]);
  });
});

describe("the entry", () => {
  it("needs nothing of Node, and little room", async () => {
    const { metafile, outputFiles } = await build({
      entryPoints: ["generated/client/src/oauth.ts"],
      bundle: true,
      format: "esm",
      minify: true,
      platform: "browser",
      metafile: true,
      write: false,
    });
    expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
    expect(outputFiles[0]?.text).not.toMatch(/(from|import|require)\s*\(?\s*["']node:/);
    expect(outputFiles[0]?.contents.length).toBeLessThan(40_000);
  });
});
