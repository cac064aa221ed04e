import { SpanKind, SpanStatusCode, type Span, type Tracer } from "@opentelemetry/api";

import { isApiError, type RuntimeEvent } from "../src/runtime/index.js";

/**
 * Makes a span of each call, below the span that is active where it is called: give it as `onEvent`. What happens
 * inside a call (a wait, a retry, a pause) becomes an event of its span.
 *
 * @example
 * new Client({ onEvent: traceEvents(trace.getTracer("my-service")) });
 */
export function traceEvents(tracer: Tracer): (event: RuntimeEvent) => void {
  const spans = new Map<number, Span>();
  return (event) => {
    // The rate limits' store serves all calls.
    if (event.type === "store") return;
    const { callId, operationId, method, path } = event;
    let span = spans.get(callId);
    if (!span) {
      const attributes = { "http.request.method": method, "url.template": path };
      span = tracer.startSpan(operationId ?? `${method} ${path}`, { kind: SpanKind.CLIENT, attributes });
      spans.set(callId, span);
    }
    let isOver = false;
    if (event.type === "response") {
      span.setAttribute("http.response.status_code", event.status);
      // The failure of an operation is told once more, as an error, with what is known of it.
      isOver = event.status < 400 || operationId === undefined;
    } else if (event.type === "error") {
      const { error } = event;
      span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
      if (isApiError(error)) span.setAttribute("error.type", error.code ?? error.name);
      isOver = true;
    } else if (event.type !== "request") {
      span.addEvent(event.type, { ...event });
    }
    if (!isOver) return;
    span.end();
    spans.delete(callId);
  };
}
