import type { Layer } from "@workspace-api/server";

import type { RequestContext } from "./request-context.js";

const EXPOSED =
  "ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id";

/** Lets browsers read answers to tokens of public clients, and none to API keys, which do not belong there. */
export const crossOrigin: Layer<RequestContext> = async (call, next) => {
  const response = await next();
  if (!call.request.headers.has("origin")) return response;
  response.headers.append("Vary", "Origin");
  const { credential } = call.context;
  const isOpen = credential === undefined || (credential.kind === "member" && credential.isPublicClient);
  if (isOpen) {
    response.headers.set("Access-Control-Allow-Origin", "*");
    response.headers.set("Access-Control-Expose-Headers", EXPOSED);
  }
  return response;
};

/** The answer to a browser that asks before it sends. */
export function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
      "Access-Control-Allow-Headers":
        "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id, X-Sandbox-Fault",
      "Access-Control-Max-Age": "600",
    },
  });
}
