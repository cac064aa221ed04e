import type { Layer } from "@workspace-api/server";

import type { RequestContext } from "./request-context.js";

/** What JSON can write, but PostgreSQL cannot keep: the character NUL, and halves of a surrogate pair. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Refuses texts that cannot be kept. */
export const storableText: Layer<RequestContext> = (call, next) => {
  const { path, query, headers, body } = call.input ?? {};
  const inParameters = pointerToUnstorable({ path, query, header: headers }, "");
  const message = "Must contain neither the character U+0000 nor half of a surrogate pair.";
  if (inParameters !== undefined)
    throw call.fail("invalid_parameter", message, {
      errors: [{ pointer: inParameters, code: "pattern", message }],
    });
  const inBody = pointerToUnstorable(body, "");
  if (inBody !== undefined)
    throw call.fail("validation_failed", undefined, {
      errors: [{ pointer: inBody, code: "pattern", message }],
    });
  return next();
};

/** Where the first such text is, as a JSON Pointer (RFC 6901). */
function pointerToUnstorable(value: unknown, pointer: string): string | undefined {
  if (typeof value === "string") return UNSTORABLE.test(value) ? pointer : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const found = pointerToUnstorable(member, `${pointer}/${name.replace(/~/g, "~0").replace(/\//g, "~1")}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
