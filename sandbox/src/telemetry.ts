import {
  context,
  metrics,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type TextMapGetter,
} from "@opentelemetry/api";
import { contract, type OperationId } from "@workspace-api/server";

import type { Peer } from "./http/peer.js";
import type { LogFacts } from "./log.js";

const NAME = "workspace-sandbox";

// Whoever sets OpenTelemetry up before or after gets the measurements; nobody else pays for them.
const tracer = trace.getTracer(NAME);
const meter = metrics.getMeter(NAME);
const durations = meter.createHistogram("http.server.request.duration", {
  unit: "s",
  description: "Duration of HTTP server requests.",
});
const attempts = meter.createCounter("webhook.delivery.attempts", {
  description: "Attempts to deliver an event to a webhook.",
});

type Answer = (request: Request, peer?: Peer) => Promise<Response>;

/** What is known of a request once it was routed. */
type Contexts = WeakMap<Request, { readonly operation: OperationId }>;

const HEADERS: TextMapGetter<Headers> = {
  keys: (headers) => [...headers.keys()],
  get: (headers, name) => headers.get(name) ?? undefined,
};

/** A span and a measurement for each request, named as the semantic conventions of OpenTelemetry say. */
export function traced(answer: Answer, contexts: Contexts): Answer {
  return async (request, peer) => {
    const start = performance.now();
    const from = propagation.extract(context.active(), request.headers, HEADERS);
    const attributes = { "http.request.method": request.method };
    const span = tracer.startSpan(request.method, { kind: SpanKind.SERVER, attributes }, from);
    try {
      const response = await context.with(trace.setSpan(from, span), () => answer(request, peer));
      const told: Attributes = { ...attributes, "http.response.status_code": response.status };
      const operation = contexts.get(request)?.operation;
      if (operation !== undefined) {
        const route = contract.basePath + contract.operations[operation].path;
        told["http.route"] = route;
        span.updateName(`${request.method} ${route}`);
        span.setAttribute("operation.id", operation);
      }
      if (response.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttributes(told);
      durations.record((performance.now() - start) / 1000, told);
      return response;
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  };
}

/** Counts an attempt to deliver an event, by what came of it. */
export function countAttempt({ type, delivered, error }: LogFacts): void {
  attempts.add(1, {
    "event.type": String(type),
    "delivery.succeeded": delivered === true,
    ...(typeof error === "string" && { "error.type": error }),
  });
}
