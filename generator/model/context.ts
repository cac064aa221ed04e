import { isObject, objectOf, tokensOf, valueAt, type JsonObject } from "../base/json.js";

/** Something worth telling about the spec, at a JSON Pointer into the bundled document. */
export interface ModelFinding {
  readonly severity: "error" | "warning";
  readonly rule: string;
  readonly pointer: string;
  readonly message: string;
  readonly remedy: string;
}

/** An object of the spec and where it stands, its references followed. */
export interface Located {
  readonly value: JsonObject;
  readonly pointer: string;
}

/** The document that a model is built from, and what was found on the way. */
export class ModelContext {
  readonly findings: ModelFinding[] = [];

  constructor(
    readonly document: JsonObject,
    /** OpenAPI 3.0 has a schema dialect of its own. */
    readonly dialect: "3.0" | "3.1",
  ) {}

  warn(rule: string, pointer: string, message: string, remedy: string): void {
    this.findings.push({ severity: "warning", rule, pointer, message, remedy });
  }

  /** Follows `$ref`s from a value to the object that it stands for; a circle ends in an empty object. */
  resolve(value: unknown, at: string): Located {
    const seen = new Set<string>();
    let current = objectOf(value);
    let pointer = at;
    while (typeof current["$ref"] === "string") {
      const reference = current["$ref"];
      if (seen.has(reference)) {
        this.warn(
          "no-ref-circle",
          at,
          `${reference} refers to itself.`,
          "Let one of the references hold the object.",
        );
        return { value: {}, pointer };
      }
      seen.add(reference);
      pointer = reference.replace(/^#/, "");
      const target = valueAt(this.document, tokensOf(reference));
      current = isObject(target) ? overlay(target, current) : {};
    }
    return { value: current, pointer };
  }
}

/** OpenAPI 3.1 lets a reference bring its own summary and description. */
function overlay(target: JsonObject, reference: JsonObject): JsonObject {
  const { summary, description } = reference;
  if (typeof summary !== "string" && typeof description !== "string") return target;
  return {
    ...target,
    ...(typeof summary === "string" ? { summary } : {}),
    ...(typeof description === "string" ? { description } : {}),
  };
}
