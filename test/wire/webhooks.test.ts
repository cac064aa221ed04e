import { createHmac } from "node:crypto";

import { describe, expect, it, vi } from "vitest";

import {
  createDeliveryLog,
  createWebhookHandler,
  toNodeListener,
  verifyKey,
  verifyWebhook,
  type TaskCreatedPayload,
} from "./webhooks-of-workspace.js";
import { listen } from "../support/api-server.js";
import { eventually } from "../support/until.js";

const KEY = `whsec_${Buffer.from("a key of at least 24 bytes").toString("base64")}`;
const OLD = `whsec_${Buffer.from("the key that was used before").toString("base64")}`;
/** What travels in the header, which signs nothing. */
const HEADER_KEY = "whkey_of-24-characters-or-more";
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
      "x-webhook-key": HEADER_KEY,
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
  const options = { keys: [KEY, OLD], headerKeys: [HEADER_KEY], now: () => NOW, onError: () => {} };
  const handler = createWebhookHandler(options, { "task.created": seen });
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
        }),
      401,
    ],
    ["no signature", () => delivery({ headers: { "webhook-signature": "" } }), 401],
    ["no id", () => delivery({ headers: { "webhook-id": "" } }), 401],
    ["no time", () => delivery({ headers: { "webhook-timestamp": "" } }), 401],
    [
      "a signature of another version only",
      () => delivery({ headers: { "webhook-signature": "v1a,AAAA" } }),
      401,
    ],
    ["no verification key", () => delivery({ headers: { "x-webhook-key": "" } }), 401],
    [
      "a later time under the same signature",
      () => delivery({ headers: { "webhook-timestamp": String(NOW / 1000 + 60) } }),
      401,
    ],
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

  it("answers a verification call that is signed, and no other that claims to be", async () => {
    const { status } = receiver();
    const call = (key: string, sentAt = NOW): Request => {
      const { headers } = delivery({ key, body: "", sentAt });
      return new Request("https://receiver.example/hook", { method: "HEAD", headers });
    };
    expect(await status(call(KEY))).toBe(204);
    expect(await status(call(`whsec_${Buffer.from("somebody else's secret!!").toString("base64")}`))).toBe(
      401,
    );
    expect(await status(call(KEY, NOW - 301_000))).toBe(401);
  });

  it("checks the signature alone where no header key is given", async () => {
    const handler = createWebhookHandler({ keys: [KEY], now: () => NOW }, {});
    expect((await handler(delivery({ headers: { "x-webhook-key": "" } }))).status).toBe(204);
  });

  it("answers the verification call to whoever knows the key", async () => {
    const { status } = receiver();
    const call = (key: string): Request =>
      new Request("https://receiver.example/hook", { method: "HEAD", headers: { "x-webhook-key": key } });
    expect(await status(call(HEADER_KEY))).toBe(204);
    expect(await status(call(KEY))).toBe(401);
  });

  it("says which methods it takes", async () => {
    const handler = createWebhookHandler({ keys: [KEY] }, {});
    const response = await handler(new Request("https://receiver.example/hook", { method: "DELETE" }));
    expect(response.headers.get("allow")).toBe("GET, HEAD, POST");
  });

  it.each([
    ["none", []],
    ["an empty one", [KEY, ""]],
    ["one that is not set", [process.env["NO_SUCH_WEBHOOK_KEY"] ?? ""]],
    ["a short one", ["secret"]],
    ["one that is no base64", ["whsec_%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%"]],
    ["a short one in base64", ["whsec_c2hvcnQ="]],
  ])("refuses to begin with keys of which there is %s", async (_, keys) => {
    expect(() => createWebhookHandler({ keys }, {})).toThrow(/`keys/);
    const headers = new Headers({
      "x-webhook-key": "",
      "webhook-id": "1",
      "webhook-timestamp": "1",
      "webhook-signature": "v1,",
    });
    await expect(verifyKey(headers, { keys, keyHeader: "x-webhook-key" })).rejects.toThrow(/`keys/);
    await expect(verifyWebhook(headers, new Uint8Array(), { keys })).rejects.toThrow(/`keys/);
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

  it("gives a delivery that comes again meanwhile the same answer, whatever that will be", async () => {
    for (const outcome of [204, 500]) {
      let settle = (): void => {};
      const { seen, status } = receiver(
        () =>
          new Promise(
            (resolve, reject) => (settle = outcome === 204 ? resolve : () => reject(new Error("no"))),
          ),
      );
      const answers = [delivery(), delivery(), delivery()].map(status);
      await eventually(() => expect(seen).toHaveBeenCalledOnce());
      let isAnswered = false;
      void Promise.race(answers).then(() => (isAnswered = true));
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(isAnswered).toBe(false);
      settle();
      expect(await Promise.all(answers)).toEqual([outcome, outcome, outcome]);
      expect(seen).toHaveBeenCalledOnce();
    }
  });

  it("asks to come again while another process is at it, and never says that it has what may fail", async () => {
    const log = createDeliveryLog();
    const seen = vi.fn<() => void>();
    const handler = createWebhookHandler({ keys: [KEY], now: () => NOW, log }, { "task.created": seen });
    // The other process.
    await log.take("evt_1");
    expect((await handler(delivery())).status).toBe(503);
    await log.release("evt_1");
    expect((await handler(delivery())).status).toBe(204);
    expect((await handler(delivery())).status).toBe(204);
    expect(seen).toHaveBeenCalledOnce();
  });

  it("asks to come again when the log of deliveries fails", async () => {
    const errors: unknown[] = [];
    const log = { ...createDeliveryLog(), take: () => Promise.reject(new Error("no log")) };
    const options = { keys: [KEY], now: () => NOW, log, onError: (error: unknown) => errors.push(error) };
    expect((await createWebhookHandler(options, { "task.created": () => {} })(delivery())).status).toBe(500);
    expect(String(errors)).toContain("no log");
  });

  it("takes a body as bytes or as text, and says so when something has read it before", async () => {
    const { headers } = delivery();
    const text = JSON.stringify(event);
    const secrets = { keys: [KEY], now: () => NOW };
    await verifyWebhook(headers, text, secrets);
    await verifyWebhook(headers, new TextEncoder().encode(text), secrets);
    await expect(verifyWebhook(headers, "", secrets)).rejects.toThrow(
      "The body is empty: something may have",
    );
    await expect(verifyWebhook(headers, `${text} `, secrets)).rejects.toThrow(/none of the keys\.$/);
  });

  it("forgets the oldest deliveries first", async () => {
    const log = createDeliveryLog(2);
    for (const id of ["a", "b", "c"]) await log.take(id);
    await log.done("c");
    expect(await Promise.all(["c", "b", "a"].map((id) => log.take(id)))).toEqual(["done", "busy", "new"]);
  });

  it("lets no failure of a handler go unseen, and no forger fill the log", async () => {
    const shown = vi.spyOn(console, "error").mockImplementation(() => {});
    const failing = (): never => {
      throw new Error("the database is gone");
    };
    const handler = createWebhookHandler({ keys: [KEY], now: () => NOW }, { "task.created": failing });
    await handler(delivery({ headers: { "webhook-signature": "v1,forged" } }));
    expect(shown).not.toHaveBeenCalled();
    await handler(delivery());
    expect(String(shown.mock.calls)).toContain("the database is gone");
    shown.mockRestore();
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
