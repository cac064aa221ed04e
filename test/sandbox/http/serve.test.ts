import { Agent, get, type IncomingMessage } from "node:http";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { serveSandbox } from "../../../sandbox/src/serve.js";
import { startSandbox, type TestSandbox } from "../../support/sandbox.js";

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

/** A request with a connection and a Host of our choice, which `fetch` does not allow. */
function ask(
  url: string,
  options: { agent?: Agent; host?: string; path?: string } = {},
): Promise<IncomingMessage> {
  const { agent, host, path = "/me" } = options;
  const headers = { authorization: `Bearer ${sandbox.secrets.owner}`, ...(host !== undefined && { host }) };
  return new Promise((resolve, reject) => {
    const request = get(`${url}/api/v1${path}`, { ...(agent && { agent }), headers }, (response) => {
      response.resume();
      response.on("end", () => resolve(response));
    });
    request.on("error", reject);
  });
}

describe("a server on the own machine", () => {
  it.each([
    ["127.0.0.1", 200],
    ["127.0.0.1:4010", 200],
    ["localhost:4010", 200],
    ["LOCALHOST", 200],
    ["api.localhost", 200],
    ["[::1]:4010", 200],
    ["evil.example:4010", 421],
    ["localhost.evil.example", 421],
    ["127.0.0.1.evil.example", 421],
    ["192.168.0.7:4010", 421],
  ])("asked as %s answers %i", async (host, status) => {
    const served = await serveSandbox(sandbox, { port: 0 });
    expect((await ask(served.url, { host })).statusCode).toBe(status);
    await served.close();
  });

  it("answers to any name where it was told to listen to others too", async () => {
    const served = await serveSandbox(sandbox, { port: 0, host: "0.0.0.0" });
    const url = served.url.replace("0.0.0.0", "127.0.0.1");
    expect((await ask(url, { host: "sandbox.internal" })).statusCode).toBe(200);
    await served.close();
  });
});

describe("a server that closes", () => {
  it("answers long polls at once, and lets their connections go", async () => {
    let hasArrived = (): void => {};
    const arrival = new Promise<void>((resolve) => {
      hasArrived = resolve;
    });
    const served = await serveSandbox(
      {
        ...sandbox,
        answer(request, peer) {
          hasArrived();
          return sandbox.answer(request, peer);
        },
      },
      { port: 0 },
    );
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const started = performance.now();
    const poll = ask(served.url, { agent, path: "/workspaces/current/agent-sessions?wait=25" });
    await arrival;
    await served.close();
    const answer = await poll;
    expect(answer.statusCode).toBe(200);
    // A client that asked again and again would keep the connection otherwise, until a request of it is cut off.
    expect(answer.headers.connection).toBe("close");
    expect(performance.now() - started).toBeLessThan(9000);
    await expect(ask(served.url, { agent })).rejects.toThrow("ECONNREFUSED");
    agent.destroy();
  });
});
