import type { Layer } from "@workspace-api/server";

import type { RequestContext } from "./request-context.js";

/** Refuses texts with a NUL character: JSON can write it, but PostgreSQL cannot keep it. */
export const storableText: Layer<RequestContext> = (call, next) => {
  const { path, query, headers, body } = call.input ?? {};
  const inParameters = pointerToNul({ path, query, header: headers }, "");
  const message = "Must not contain the character U+0000.";
  if (inParameters !== undefined)
    throw call.fail("invalid_parameter", message, {
      errors: [{ pointer: inParameters, code: "pattern", message }],
    });
  const inBody = pointerToNul(body, "");
  if (inBody !== undefined)
    throw call.fail("validation_failed", undefined, {
      errors: [{ pointer: inBody, code: "pattern", message }],
    });
  return next();
};

/** Where the first such text is, as a JSON Pointer (RFC 6901). */
function pointerToNul(value: unknown, pointer: string): string | undefined {
  if (typeof value === "string") return value.includes("\0") ? pointer : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const found = pointerToNul(member, `${pointer}/${name.replace(/~/g, "~0").replace(/\//g, "~1")}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
