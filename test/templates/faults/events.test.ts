import { readFileSync } from "node:fs";

import { SpanStatusCode } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { describe, expect, test } from "vitest";

import { logEvents } from "../../../templates/client/examples/log-events.js";
import { traceEvents } from "../../../templates/client/examples/trace-events.js";
import { cacheLayer } from "../../../templates/client/src/runtime/cache.js";
import { call } from "../../../templates/client/src/runtime/call.js";
import { createRuntime } from "../../../templates/client/src/runtime/create-runtime.js";
import type { CallEvent, RuntimeEvent } from "../../../templates/client/src/runtime/events.js";
import type { ApiOptions } from "../../../templates/client/src/runtime/options.js";
import { closedPort, definition, failure, json, operation, serve } from "../../support/api-server.js";
import { SkippingClock } from "../../support/skipping-clock.js";

const thing = operation({ path: "/things/{id}", cache: { layer: cacheLayer, freshMs: 60_000, etag: true } });
const windows = [{ name: "w", limit: 1, windowMs: 60_000 }];

/** A client on a clock on which waiting takes no time; it goes through all that can be told. */
async function longDay(onEvent: ApiOptions["onEvent"]) {
  const answers = [503, 429, 200, 404];
  const server = await serve(({ url }, response) => {
    const status = answers.shift() ?? 200;
    json(
      response,
      status,
      { url },
      { "x-request-id": "req_1", ...(status === 429 ? { "retry-after": "2" } : {}) },
    );
  });
  const clock = new SkippingClock();
  const api = createRuntime(definition, { baseUrl: server.url, clock, rateLimit: { windows }, onEvent });
  await call(api, thing, { path: { id: 1 } });
  await call(api, thing, { path: { id: 1 } });
  await failure(call(api, thing, { path: { id: 2 } }));
  return api;
}

describe("what a client tells", () => {
  test("is each thing that happens, of which call, and when it is over", async () => {
    const events: CallEvent[] = [];
    await longDay((event) => event.type !== "store" && events.push(event));
    const [first, second, third] = [...new Set(events.map(({ callId }) => callId))];
    const typesOf = (id: number | undefined): string[] =>
      events.filter(({ callId }) => callId === id).map(({ type }) => type);
    expect(typesOf(first)).toEqual(
      expect.arrayContaining(["request", "retry", "pause", "wait", "cache", "response"]),
    );
    expect(typesOf(first).at(0)).toBe("request");
    expect(typesOf(first).at(-1)).toBe("response");
    expect(typesOf(second)).toEqual(["request", "cache", "response"]);
    expect(typesOf(third).at(-1)).toBe("error");
    expect(events.filter(({ type }) => type === "retry")).toMatchObject([
      { reason: 503, retry: 1 },
      { reason: 429, retry: 2, delayMs: 2000 },
    ]);
    expect(events.filter(({ type }) => type === "pause")).toMatchObject([{ pauseMs: 2000 }]);
    expect(
      events.filter(({ type }) => type === "cache").map((event) => Reflect.get(event, "outcome")),
    ).toEqual(["miss", "hit", "miss"]);
    for (const event of events)
      expect(event).toMatchObject({ operationId: "fetchThing", method: "GET", path: "/things/{id}" });
    const error = events.find(({ type }) => type === "error");
    expect(error).toMatchObject({ error: { status: 404, requestId: "req_1" } });
  });

  test("is the failure of a request from outside, too", async () => {
    const events: CallEvent[] = [];
    const onEvent = (event: RuntimeEvent): unknown => event.type !== "store" && events.push(event);
    const url = await closedPort();
    const api = createRuntime(definition, {
      baseUrl: url,
      maxRetries: 0,
      onEvent,
    });
    await failure(api.fetch(`${url}/x?secret=1`));
    expect(events.map(({ type, path }) => [type, path])).toEqual([
      ["request", "/x"],
      ["error", "/x"],
    ]);
    expect(new Set(events.map(({ callId }) => callId)).size).toBe(1);
  });
});

describe("an example", () => {
  test("logs: trouble as such, the rest for those who look for it", async () => {
    const lines: [level: string, fields: object, message: string][] = [];
    const level = (name: string) => (fields: object, message: string) =>
      void lines.push([name, fields, message]);
    const api = await longDay(logEvents({ debug: level("debug"), info: level("info"), warn: level("warn") }));
    await failure(call(api, thing, { path: { id: 3 } }, { signal: AbortSignal.abort() }));
    const levels = Object.fromEntries(lines.map(([name, , message]) => [message.split(": ")[1], name]));
    expect(levels).toEqual({
      request: "debug",
      retry: "warn",
      pause: "warn",
      wait: "debug",
      notice: "warn",
      cache: "debug",
      response: "info",
      error: "debug",
    });
    expect(lines.filter(([name, , message]) => name === "warn" && message.endsWith("error"))).toHaveLength(1);
    expect(lines[0]?.[2]).toBe("GET /things/{id}: request");
  });

  test("traces: a span of each call, with its events, status and parent", async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const onEvent = traceEvents(provider.getTracer("test"));
    const api = await longDay(onEvent);
    await failure(api.fetch("http://127.0.0.1:1/x"));
    const spans = exporter.getFinishedSpans();
    expect(
      spans.map(({ name, status, attributes }) => [
        name,
        status.code,
        attributes["http.response.status_code"],
      ]),
    ).toEqual([
      ["fetchThing", SpanStatusCode.UNSET, 200],
      ["fetchThing", SpanStatusCode.UNSET, 200],
      ["fetchThing", SpanStatusCode.ERROR, 404],
      ["GET /x", SpanStatusCode.ERROR, undefined],
    ]);
    expect(spans[0]?.events.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["retry", "pause", "wait", "cache"]),
    );
    expect(spans[2]?.attributes).toMatchObject({
      "url.template": "/things/{id}",
      "error.type": "NotFoundError",
    });
    await provider.shutdown();
  });

  test.each(["log-events.ts", "trace-events.ts"])(
    "%s comes with the package, and imports that by its name",
    (name) => {
      const text = readFileSync(`generated/client/examples/${name}`, "utf8");
      expect(text).toContain('from "@workspace-api/client"');
      expect(text).not.toContain("../src");
    },
  );
});
