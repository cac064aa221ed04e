import { specError, type SpecError } from "./diagnostic.js";

export type SpecFormat = "openapi-3.0" | "openapi-3.1" | "swagger-2.0";

/** Which dialect a parsed document is. @throws SpecError that says what it looks like instead. */
export function formatOf(document: unknown, file: string): { format: SpecFormat; version: string } {
  const refuse = (message: string, remedy: string): SpecError => {
    return specError("openapi-document", message, remedy, { file, line: 1, column: 1 });
  };
  if (document === undefined || document === null) {
    throw refuse(
      "The document is empty.",
      "Start it with `openapi: 3.1.0`, or run `specwright init` for an example.",
    );
  }
  if (typeof document !== "object" || Array.isArray(document)) {
    const found = Array.isArray(document) ? "a list" : `a single ${typeof document}`;
    throw refuse(
      `The document is ${found}, not an object.`,
      "Name the spec's root file, which starts with `openapi: 3.1.0`.",
    );
  }
  const { openapi, swagger } = { openapi: undefined, swagger: undefined, ...document };
  if (String(swagger).startsWith("2.")) return { format: "swagger-2.0", version: String(swagger) };
  const version = openapi === undefined ? undefined : String(openapi);
  if (version === undefined)
    throw refuse(looksLike(document), "The root file of an OpenAPI document starts with `openapi: 3.1.0`.");
  if (/^3\.0(\.|$)/.test(version)) return { format: "openapi-3.0", version };
  if (/^3\.[12](\.|$)/.test(version)) return { format: "openapi-3.1", version };
  throw refuse(`OpenAPI ${version} is not supported.`, "Use OpenAPI 3.0, 3.1 or 3.2.");
}

function looksLike(document: object): string {
  if ("asyncapi" in document) return "This is an AsyncAPI document, not OpenAPI.";
  if ("$schema" in document || "properties" in document)
    return "This is a JSON Schema, not an OpenAPI document.";
  if ("item" in document && "info" in document)
    return "This is a Postman collection, not an OpenAPI document.";
  if ("overlay" in document) return "This is an OpenAPI Overlay, not an OpenAPI document.";
  return "This is no OpenAPI document: it has no `openapi` member.";
}
