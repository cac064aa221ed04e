import type { InvalidField } from "./failure.js";
import { escapeToken } from "./pointer.js";
import type { Fault } from "../../validators/validator.js";

/** More than a person would read; the rest of a request may be as wrong as it likes. */
const MAX_ERRORS = 50;

/** Keywords that only say that something inside does not fit; what does not is told by its own fault. */
const COMPOSITE = new Set(["anyOf", "oneOf", "allOf", "if", "not", "contains", "propertyNames"]);

/** The faults of a validator as errors of fields, each once, in the order found. */
export function fieldErrors(faults: readonly Fault[], prefix = ""): InvalidField[] {
  const leaves = faults.filter(({ keyword }) => !COMPOSITE.has(keyword));
  const telling = leaves.filter((fault) => !isOnlyNull(fault, leaves));
  const seen = new Set<string>();
  const errors: InvalidField[] = [];
  for (const fault of telling.length > 0 ? telling : faults) {
    const pointer = prefix + pointerOf(fault);
    const code = codeOf(fault);
    if (seen.has(`${code} ${pointer}`) || errors.length >= MAX_ERRORS) continue;
    seen.add(`${code} ${pointer}`);
    errors.push({ pointer, code, message: messageOf(fault) });
  }
  return errors;
}

/** Of a value that may be null or something else, only what is wrong with the something else is of use. */
function isOnlyNull(fault: Fault, faults: readonly Fault[]): boolean {
  if (fault.keyword !== "type" || fault.params["type"] !== "null") return false;
  return faults.some((other) => other !== fault && other.instancePath.startsWith(fault.instancePath));
}

function pointerOf({ instancePath, keyword, params }: Fault): string {
  const member =
    keyword === "required" || keyword === "dependentRequired"
      ? params["missingProperty"]
      : keyword === "additionalProperties"
        ? params["additionalProperty"]
        : keyword === "unevaluatedProperties"
          ? params["unevaluatedProperty"]
          : undefined;
  return typeof member === "string" ? `${instancePath}/${escapeToken(member)}` : instancePath;
}

const CODES: Readonly<Record<string, string>> = {
  additionalProperties: "unknown",
  unevaluatedProperties: "unknown",
  "false schema": "unknown",
  dependentRequired: "required",
  const: "enum",
  exclusiveMinimum: "minimum",
  exclusiveMaximum: "maximum",
  anyOf: "type",
  oneOf: "type",
  if: "type",
  not: "not_allowed",
  minProperties: "min_properties",
  maxProperties: "max_properties",
};

function codeOf({ keyword }: Fault): string {
  return CODES[keyword] ?? keyword.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function messageOf({ keyword, params }: Fault): string {
  const limit = String(params["limit"]);
  switch (keyword) {
    case "required":
    case "dependentRequired":
      return "Is required.";
    case "additionalProperties":
    case "unevaluatedProperties":
    case "false schema":
      return "Is not known.";
    case "type": {
      const { type } = params;
      return `Must be ${(Array.isArray(type) ? type : [type]).join(" or ")}.`;
    }
    case "enum":
      return `Must be one of ${list(params["allowedValues"])}.`;
    case "const":
      return `Must be ${JSON.stringify(params["allowedValue"])}.`;
    case "format":
      return `Must be a valid ${String(params["format"])}.`;
    case "pattern":
      return `Must match ${String(params["pattern"])}.`;
    case "minLength":
    case "maxLength":
      return `Must have at ${keyword === "minLength" ? "least" : "most"} ${counted(limit, "character")}.`;
    case "minItems":
    case "maxItems":
      return `Must have at ${keyword === "minItems" ? "least" : "most"} ${counted(limit, "item")}.`;
    case "minProperties":
    case "maxProperties":
      return `Must have at ${keyword === "minProperties" ? "least" : "most"} ${counted(limit, "member")}.`;
    case "minimum":
      return `Must be at least ${limit}.`;
    case "maximum":
      return `Must be at most ${limit}.`;
    case "exclusiveMinimum":
      return `Must be more than ${limit}.`;
    case "exclusiveMaximum":
      return `Must be less than ${limit}.`;
    case "multipleOf":
      return `Must be a multiple of ${String(params["multipleOf"])}.`;
    case "uniqueItems":
      return "Must not hold the same item twice.";
    case "not":
      return "Is not allowed.";
    default:
      return "Is none of the forms that are accepted.";
  }
}

function counted(limit: string, noun: string): string {
  return `${limit} ${noun}${limit === "1" ? "" : "s"}`;
}

function list(values: unknown): string {
  const texts = Array.isArray(values) ? values.map((value) => JSON.stringify(value)) : [];
  return texts.length > 20 ? `${texts.slice(0, 20).join(", ")}, …` : texts.join(", ");
}
