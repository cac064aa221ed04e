import { createHmac } from "node:crypto";

import { describe, expect, it, vi } from "vitest";

import { createWebhookHandler, toNodeListener, type TaskCreatedPayload } from "./webhooks-of-workspace.js";
import { listen } from "../support/api-server.js";

const KEY = `whsec_${Buffer.from("a key of at least 24 bytes").toString("base64")}`;
const OLD = `whsec_${Buffer.from("the key that was used before").toString("base64")}`;
const NOW = Date.parse("2026-03-02T09:30:00Z");

const event = {
  specversion: "1.0",
  id: "evt_1",
  type: "task.created",
  data: { resource: { type: "task" }, task: { taskId: "tsk_1" } },
};

interface Forgery {
  readonly key?: string;
  readonly id?: string;
  readonly sentAt?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A delivery as the API sends it, or as somebody forges it. */
function delivery({
  key = KEY,
  id = "evt_1",
  sentAt = NOW,
  body = JSON.stringify(event),
  headers = {},
}: Forgery = {}): Request {
  const timestamp = String(Math.floor(sentAt / 1000));
  const secret = Buffer.from(key.slice(6), "base64");
  const signature = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64");
  return new Request("https://receiver.example/hook", {
    method: "POST",
    headers: {
      "content-type": "application/cloudevents+json; charset=utf-8",
      "x-webhook-key": key,
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1a,other v1,${signature}`,
      ...headers,
    },
    body,
  });
}

function receiver(handle: (event: TaskCreatedPayload) => void | Promise<void> = () => {}) {
  const seen = vi.fn<(event: TaskCreatedPayload) => void | Promise<void>>(handle);
  const handler = createWebhookHandler({ keys: [KEY, OLD], now: () => NOW }, { "task.created": seen });
  return { seen, status: async (request: Request): Promise<number> => (await handler(request)).status };
}

describe("a webhook handler", () => {
  it("calls the event's handler, once, whatever the key in rotation", async () => {
    const { seen, status } = receiver();
    expect(await status(delivery())).toBe(204);
    expect(await status(delivery())).toBe(204);
    expect(await status(delivery({ id: "evt_2", key: OLD }))).toBe(204);
    expect(seen).toHaveBeenCalledTimes(2);
    expect(seen.mock.calls[0]?.[0].data.task.taskId).toBe("tsk_1");
  });

  it("acknowledges events that nobody handles", async () => {
    const { seen, status } = receiver();
    expect(await status(delivery({ body: JSON.stringify({ ...event, type: "team.created" }) }))).toBe(204);
    expect(
      await status(delivery({ id: "evt_9", body: JSON.stringify({ ...event, type: "constructor" }) })),
    ).toBe(204);
    expect(seen).not.toHaveBeenCalled();
  });

  const refused: [what: string, request: () => Request, status: number][] = [
    [
      "another key",
      () => delivery({ key: `whsec_${Buffer.from("somebody else's key, too").toString("base64")}` }),
      401,
    ],
    [
      "another key behind the right header",
      () =>
        delivery({
          key: `whsec_${Buffer.from("somebody else's key, too").toString("base64")}`,
          headers: { "x-webhook-key": KEY },
        }),
      401,
    ],
    ["no signature", () => delivery({ headers: { "webhook-signature": "" } }), 401],
    ["a signature of another id", () => delivery({ headers: { "webhook-id": "evt_2" } }), 401],
    ["a delivery that is too old", () => delivery({ sentAt: NOW - 301_000 }), 401],
    ["a delivery from the future", () => delivery({ sentAt: NOW + 301_000 }), 401],
    ["a time that is none", () => delivery({ headers: { "webhook-timestamp": "soon" } }), 401],
    ["a body that is no JSON", () => delivery({ body: "{" }), 400],
    ["another media type", () => delivery({ headers: { "content-type": "text/plain" } }), 415],
    [
      "a body that is too long",
      () => delivery({ body: JSON.stringify({ ...event, fill: "x".repeat(300_000) }) }),
      413,
    ],
    ["another method", () => new Request("https://receiver.example/hook", { method: "PUT" }), 405],
  ];
  it.each(refused)("refuses %s", async (_, request, want) => {
    const { seen, status } = receiver();
    expect(await status(request())).toBe(want);
    expect(seen).not.toHaveBeenCalled();
  });

  it("refuses a body that was altered on the way", async () => {
    const { status } = receiver();
    const genuine = delivery();
    const altered = new Request(genuine.url, {
      method: "POST",
      headers: genuine.headers,
      body: JSON.stringify({ ...event, id: "evt_x" }),
    });
    expect(await status(altered)).toBe(401);
  });

  it("answers the verification call to whoever knows the key", async () => {
    const { status } = receiver();
    const call = (key: string): Request =>
      new Request("https://receiver.example/hook", { method: "HEAD", headers: { "x-webhook-key": key } });
    expect(await status(call(KEY))).toBe(204);
    expect(await status(call("whsec_wrong"))).toBe(401);
  });

  it("asks for another attempt when a handler fails, and handles it then", async () => {
    let fails = true;
    const { seen, status } = receiver(() => {
      if (fails) throw new Error("not now");
    });
    expect(await status(delivery())).toBe(500);
    fails = false;
    expect(await status(delivery())).toBe(204);
    expect(seen).toHaveBeenCalledTimes(2);
  });

  it("serves Node's http", async () => {
    const seen = vi.fn<() => void>();
    const url = await listen(
      toNodeListener(createWebhookHandler({ keys: [KEY], now: () => NOW }, { "task.created": seen })),
    );
    const request = delivery();
    const { status } = await fetch(url, {
      method: "POST",
      headers: request.headers,
      body: await request.text(),
    });
    expect(status).toBe(204);
    expect(seen).toHaveBeenCalledOnce();
  });
});
