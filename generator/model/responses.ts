import { readExtensions, readLinks } from "./read-annotations.js";
import type { Response } from "./api-model.js";
import type { Located, ModelContext } from "./context.js";
import { readContents } from "./contents.js";
import { readHeaders } from "./headers.js";
import { compact, objectOf, pointer, stringOf, stringsOf, textOf } from "../base/json.js";
import type { SchemaReader } from "./schemas.js";

/** The answers that an operation declares, in the spec's order. Keys that are no status are left out. */
export function readResponses(context: ModelContext, schemas: SchemaReader, operation: Located): Response[] {
  const at = pointer(operation.pointer, "responses");
  return Object.entries(objectOf(operation.value["responses"])).flatMap(([key, value]) => {
    const status = key === "default" ? key : key.toUpperCase();
    if (!/^([1-5](\d\d|XX)|default)$/.test(status)) {
      if (!key.startsWith("x-")) {
        const remedy = "Use a status such as 200, a range such as 4XX, or default.";
        context.warn(
          "response-status",
          pointer(at, key),
          `"${key}" is no HTTP status; it is ignored.`,
          remedy,
        );
      }
      return [];
    }
    const response = context.resolve(value, pointer(at, key));
    const contentAt = pointer(response.pointer, "content");
    return [
      compact<Response>({
        status,
        summary: textOf(response.value["summary"]),
        description: stringOf(response.value["description"])?.trim() ?? "",
        headers: readHeaders(context, schemas, response),
        contents: readContents(context, schemas, response.value["content"], contentAt),
        errorCodes: stringsOf(response.value["x-error-codes"]),
        links: readLinks(context, response),
        extensions: readExtensions(response.value),
      }),
    ];
  });
}
