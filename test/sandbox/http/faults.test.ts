import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { parseFault } from "../../../sandbox/src/http/faults.js";
import { redact } from "../../../sandbox/src/log.js";
import { serveSandbox, type ServedSandbox } from "../../../sandbox/src/serve.js";
import { startSandbox, type TestSandbox } from "../../support/sandbox.js";

const NONE = { retry: 1, latency: 0, drop: false, after: false };

describe("the fault header", () => {
  it.each([
    ["429;retry=3", { ...NONE, status: 429, retry: 3 }],
    ["500", { ...NONE, status: 500 }],
    ["503; retry=2; latency=10", { ...NONE, status: 503, retry: 2, latency: 10 }],
    ["latency=500", { ...NONE, latency: 500 }],
    ["drop;after", { ...NONE, drop: true, after: true }],
    ["418", undefined],
    ["latency=-1", undefined],
    ["latency=99999999", undefined],
    ["retry", undefined],
    ["", undefined],
    ["constructor", undefined],
  ])("%s", (text, expected) => {
    expect(parseFault(text)).toEqual(expected);
  });
});

describe("faults over HTTP", () => {
  let sandbox: TestSandbox;
  let server: ServedSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
    server = await serveSandbox(sandbox, { port: 0 });
  });
  afterAll(async () => {
    await server.close();
    await sandbox.close();
  });

  const send = (fault: string, method = "GET", body?: string): Promise<Response> =>
    fetch(`${server.url}/api/v1/workspaces/current/tasks`, {
      method,
      headers: {
        authorization: `Bearer ${sandbox.secrets.owner}`,
        "content-type": "application/json",
        "x-sandbox-fault": fault,
      },
      ...(body !== undefined && { body }),
    });

  it("come as they were asked for", async () => {
    const limited = await send("429;retry=3");
    expect([limited.status, limited.headers.get("retry-after"), await limited.json()]).toMatchObject([
      429,
      "3",
      { code: "rate_limited", message: expect.stringContaining("Retry in 3 seconds.") },
    ]);
    expect((await send("500")).status).toBe(500);
    expect((await send("latency=1")).status).toBe(200);
    expect((await send("nonsense")).status).toBe(400);
  });

  it("drop the connection, before or after the request is carried out", async () => {
    const count = async (): Promise<number> => (await sandbox.database.db.query.tasks.findMany()).length;
    const body = JSON.stringify({ title: "Dropped" });
    await expect(send("drop", "POST", body)).rejects.toThrow("fetch failed");
    expect(await count()).toBe(0);
    await expect(send("drop;after", "POST", body)).rejects.toThrow("fetch failed");
    expect(await count()).toBe(1);
    await expect(sandbox.call("GET", "/me", { headers: { "X-Sandbox-Fault": "drop" } })).rejects.toThrow(
      TypeError,
    );
  });

  it("leaves health, docs and unknown paths alone", async () => {
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: "ok" });
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({
      status: "ok",
      database: "embedded",
    });
    expect(await (await fetch(server.url)).text()).toContain("<html");
    expect((await fetch(`${server.url}/api/v1/nothing`)).status).toBe(404);
    expect((await fetch(`${server.url}/.well-known/oauth-authorization-server`)).status).toBe(200);
  });
});

describe("the log", () => {
  it.each([
    ["Authorization: Bearer abc.def-1", "Authorization: Bearer [secret]"],
    ["key wsk_live_0123456789abcdef is", "key wsk_live_[secret] is"],
    ['"whsec_abc+/=="', '"whsec_[secret]"'],
    ["connect postgres://ada:pass@db/x", "connect postgres://ada:[secret]@db/x"],
    ["nothing to hide", "nothing to hide"],
  ])("%s", (text, expected) => {
    expect(redact(text)).toBe(expected);
  });
});
