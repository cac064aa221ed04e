import { readExamples, readExtensions } from "./read-annotations.js";
import type { Parameter } from "./api-model.js";
import type { Located, ModelContext } from "./context.js";
import { arrayOf, compact, objectOf, pointer, stringOf, textOf, type JsonObject } from "../base/json.js";
import type { SchemaReader } from "./schemas.js";

/** Headers that HTTP itself takes care of; OpenAPI says to ignore such parameters. */
const RESERVED_HEADERS = new Set(["accept", "content-type", "authorization"]);
const PLACES = ["path", "query", "header", "cookie"] as const;
const STYLES = [
  "simple",
  "label",
  "matrix",
  "form",
  "spaceDelimited",
  "pipeDelimited",
  "deepObject",
] as const;
const DEFAULT_STYLE = { path: "simple", header: "simple", query: "form", cookie: "form" } as const;

/** The parameters of an operation: those of its path item, overridden by its own, path parameters first. */
export function readParameters(
  context: ModelContext,
  schemas: SchemaReader,
  path: string,
  item: Located,
  operation: Located,
): Parameter[] {
  const declared = new Map<string, Parameter>();
  for (const owner of [item, operation]) {
    const inOwner = new Set<string>();
    arrayOf(owner.value["parameters"]).forEach((value, index) => {
      const at = pointer(owner.pointer, "parameters", index);
      for (const parameter of readParametersAt(context, schemas, value, at)) declare(parameter, at);
    });
    function declare(parameter: Parameter, at: string): void {
      const key = `${parameter.in} ${parameter.in === "header" ? parameter.name.toLowerCase() : parameter.name}`;
      if (inOwner.has(key)) {
        const message = `The ${parameter.in} parameter "${parameter.name}" is declared twice; the first one counts.`;
        context.warn("unique-parameter", at, message, "Remove one of the two.");
        return;
      }
      inOwner.add(key);
      declared.set(key, parameter);
    }
  }
  return [...pathParameters(context, path, declared, operation.pointer), ...others(declared)];
}

function others(declared: ReadonlyMap<string, Parameter>): Parameter[] {
  return [...declared.values()].filter((parameter) => parameter.in !== "path");
}

/** One parameter for each name in the template, in its order, whether declared or not. */
function pathParameters(
  context: ModelContext,
  path: string,
  declared: ReadonlyMap<string, Parameter>,
  at: string,
): Parameter[] {
  const names = [...new Set([...path.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? ""))];
  for (const parameter of declared.values()) {
    if (parameter.in !== "path" || names.includes(parameter.name)) continue;
    const message = `The path parameter "${parameter.name}" does not stand in ${path}; it is ignored.`;
    context.warn(
      "path-parameter-in-path",
      at,
      message,
      `Write {${parameter.name}} in the path or remove the parameter.`,
    );
  }
  return names.map((name) => {
    const parameter = declared.get(`path ${name}`);
    if (parameter) return { ...parameter, required: true };
    const message = `The path names {${name}}, but no parameter declares it; it is taken as a string.`;
    context.warn(
      "path-parameter-declared",
      at,
      message,
      `Declare a parameter named "${name}" with in: path.`,
    );
    const plain = { required: true, deprecated: false, explode: false, allowReserved: false } as const;
    return { name, in: "path", schema: { type: "string" }, style: "simple", ...plain };
  });
}

/** The parameters that one object declares: `in: querystring` stands for all members of its schema (OpenAPI 3.2, 4.8.12.1). */
function readParametersAt(
  context: ModelContext,
  schemas: SchemaReader,
  value: unknown,
  at: string,
): Parameter[] {
  const { value: stated, pointer: here } = context.resolve(value, at);
  if (stated["in"] !== "querystring") {
    const parameter = readParameter(context, schemas, value, at);
    return parameter ? [parameter] : [];
  }
  const [[mediaType, media] = ["", undefined]] = Object.entries(objectOf(stated["content"]));
  const schemaAt = pointer(here, "content", mediaType, "schema");
  const located = context.resolve(objectOf(media)["schema"], schemaAt);
  const members = Object.entries(objectOf(located.value["properties"]));
  if (!mediaType.startsWith("application/x-www-form-urlencoded") || members.length === 0) {
    const message = `The query string as ${mediaType || "nothing"} is not supported; it is left out.`;
    context.warn(
      "querystring",
      at,
      message,
      "Describe it as application/x-www-form-urlencoded with members.",
    );
    return [];
  }
  const required = arrayOf(located.value["required"]);
  return members.map(([name, schema]) => {
    const memberAt = pointer(located.pointer, "properties", name);
    const resolved = context.resolve(schema, memberAt).value;
    return compact<Parameter>({
      name,
      in: "query",
      description: textOf(resolved["description"]),
      required: required.includes(name),
      deprecated: resolved["deprecated"] === true,
      schema: schemas.read(schema, memberAt),
      style: resolved["type"] === "object" ? "deepObject" : "form",
      explode: true,
      allowReserved: false,
    });
  });
}

/** Reads one parameter; `undefined` for what HTTP takes care of and for what is none. */
export function readParameter(
  context: ModelContext,
  schemas: SchemaReader,
  value: unknown,
  at: string,
): Parameter | undefined {
  const { value: stated, pointer: here } = context.resolve(value, at);
  const name = stringOf(stated["name"]);
  const place = PLACES.find((candidate) => candidate === stated["in"]);
  if (name === undefined || name === "" || place === undefined) {
    const remedy = `Give it a name and one of in: ${PLACES.join(", ")}.`;
    context.warn("readable-parameter", at, "This parameter has no name or no place; it is ignored.", remedy);
    return undefined;
  }
  if (place === "header" && RESERVED_HEADERS.has(name.toLowerCase())) return undefined;
  const style = STYLES.find((candidate) => candidate === stated["style"]) ?? DEFAULT_STYLE[place];
  const [content] = Object.entries(objectOf(stated["content"]));
  return compact<Parameter>({
    name,
    in: place,
    description: textOf(stated["description"]),
    required: place === "path" || stated["required"] === true,
    deprecated: stated["deprecated"] === true,
    ...schemaOf(schemas, stated, content, here),
    style,
    explode: typeof stated["explode"] === "boolean" ? stated["explode"] : style === "form",
    allowReserved: stated["allowReserved"] === true,
    clientDefault: clientDefaultOf(stated),
    ...readerFacts(context, stated, content, here),
  });
}

/** What only readers need. */
function readerFacts(
  context: ModelContext,
  stated: JsonObject,
  content: [string, unknown] | undefined,
  at: string,
): Pick<Parameter, "examples" | "allowEmptyValue" | "extensions"> {
  const examples = readExamples(context, content ? objectOf(content[1]) : stated, at);
  return compact<Pick<Parameter, "examples" | "allowEmptyValue" | "extensions">>({
    examples: examples.length > 0 ? examples : undefined,
    allowEmptyValue: stated["allowEmptyValue"] === true ? true : undefined,
    extensions: readExtensions(stated),
  });
}

function schemaOf(
  schemas: SchemaReader,
  stated: JsonObject,
  content: [string, unknown] | undefined,
  at: string,
): Pick<Parameter, "schema" | "mediaType"> {
  if (!content) return { schema: schemas.read(stated["schema"], pointer(at, "schema")) };
  const [mediaType, media] = content;
  const schema = schemas.read(objectOf(media)["schema"], pointer(at, "content", mediaType, "schema"));
  return { schema, mediaType };
}

function clientDefaultOf(stated: JsonObject): string | undefined {
  const value = stated["x-client-default"];
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
