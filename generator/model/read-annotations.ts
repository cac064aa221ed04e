import { arrayOf, compact, isObject, mapValues, objectOf, pointer, stringOf, textOf } from "../base/json.js";
import type { JsonObject } from "../base/json.js";
import type { CodeSample, Extensions, ExternalDocs, Link } from "./annotations.js";
import type { Example } from "./api-model.js";
import type { Located, ModelContext } from "./context.js";

/** Extensions that the model states in a form of its own. */
const READ = new Set([
  "x-rate-limits",
  "x-retry",
  "x-idempotency",
  "x-pagination",
  "x-error-codes",
  "x-cache",
  "x-resource",
  "x-method",
  "x-client-default",
  "x-open-enum",
  "x-read-only",
  "x-codeSamples",
  "x-code-samples",
  "x-webhooks",
]);

export function readExternalDocs(value: unknown): ExternalDocs | undefined {
  const url = textOf(objectOf(value)["url"]);
  if (url === undefined) return undefined;
  return compact<ExternalDocs>({ url, description: textOf(objectOf(value)["description"]) });
}

/** The extensions of an object that are others' than ours; `undefined` where there are none. */
export function readExtensions(value: JsonObject): Extensions | undefined {
  const entries = Object.entries(value).filter(([key]) => key.startsWith("x-") && !READ.has(key));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** `x-codeSamples`, also by its older name; empty ones are left out. */
export function readCodeSamples(operation: JsonObject): CodeSample[] | undefined {
  const stated = arrayOf(operation["x-codeSamples"] ?? operation["x-code-samples"]);
  const samples = stated.flatMap((value) => {
    const { lang, label, source } = objectOf(value);
    if (typeof source !== "string" || source.trim() === "") return [];
    const language = textOf(lang) ?? textOf(label) ?? "Sample";
    return [compact<CodeSample>({ lang: language, label: textOf(label), source })];
  });
  return samples.length > 0 ? samples : undefined;
}

/** `example` and `examples` of a media type, a parameter or a header. */
export function readExamples(context: ModelContext, owner: JsonObject, at: string): Example[] {
  const named = Object.entries(objectOf(owner["examples"])).flatMap(([name, value]) => {
    const example = context.resolve(value, pointer(at, "examples", name)).value;
    const stated = ["value", "dataValue", "serializedValue", "externalValue"].find((key) =>
      Object.hasOwn(example, key),
    );
    if (stated === undefined) return [];
    return [
      compact<Example>({
        name,
        summary: textOf(example["summary"]),
        description: textOf(example["description"]),
        value: stated === "value" || stated === "dataValue" ? example[stated] : undefined,
        serialized: stringOf(example["serializedValue"]),
        externalValue: stringOf(example["externalValue"]),
      }),
    ];
  });
  if (named.length === 0 && owner["example"] !== undefined)
    return [{ name: "example", value: owner["example"] }];
  return named;
}

/** The `links` of a response. */
export function readLinks(context: ModelContext, response: Located): Link[] | undefined {
  const links = Object.entries(objectOf(response.value["links"])).map(([name, value]) => {
    const link = context.resolve(value, pointer(response.pointer, "links", name)).value;
    return compact<Link>({
      name,
      description: textOf(link["description"]),
      operation: stringOf(link["operationId"]) ?? stringOf(link["operationRef"]),
      parameters: mapValues(objectOf(link["parameters"]), (parameter) => parameter),
      requestBody: link["requestBody"],
      server: isObject(link["server"]) ? stringOf(link["server"]["url"]) : undefined,
    });
  });
  return links.length > 0 ? links : undefined;
}
