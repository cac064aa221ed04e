import { createHash } from "node:crypto";

import type { Call, Layer } from "@workspace-api/server";

import { plainTag } from "./compression.js";

/**
 * The strong `ETag` of an object as it is returned. It is made of the text itself, so that it changes with everything
 * that shows in it, such as the progress that a child adds to its parent.
 */
export function etagOf(text: string): string {
  return `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
}

/** Whether `If-Match` or `If-None-Match` names an ETag. Weak ones never match for `If-Match` (RFC 9110, 13.1.1). */
export function names(header: string, etag: string, comparison: "strong" | "weak"): boolean {
  if (header.trim() === "*") return true;
  const tags = (header.match(/(?:W\/)?"[^"]*"/g) ?? []).map(plainTag);
  return tags.some((tag) => tag === etag || (comparison === "weak" && tag === `W/${etag}`));
}

/** Whether the caller has what an ETag stands for already. */
function isKnown<Context>({ operation, input }: Call<Context>, etag: string): boolean {
  const known = input?.headers["If-None-Match"];
  return operation.ifNoneMatch && typeof known === "string" && names(known, etag, "weak");
}

/** Gives single objects their `ETag`, and answers 304 where the caller has the same one. */
export function validators<Context>(): Layer<Context> {
  return async (call, next) => {
    const response = await next();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
    const own = response.headers.get("etag");
    if (own !== null && response.ok && isKnown(call, own)) {
      await response.body?.cancel();
      return new Response(null, { status: 304, headers: { ETag: own } });
    }
    if (!isJson || (response.status !== 200 && response.status !== 201)) return response;
    const { operation } = call;
    const declared = operation.responses[String(response.status)]?.headers ?? [];
    if (!declared.some(({ name }) => name === "ETag")) return response;
    const text = await response.text();
    const headers = new Headers(response.headers);
    const etag = etagOf(text);
    headers.set("ETag", etag);
    if (isKnown(call, etag)) {
      return new Response(null, { status: 304, headers: { ETag: etag } });
    }
    return new Response(text, { status: response.status, headers });
  };
}
