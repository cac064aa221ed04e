import type { ApiModel, Content, Operation, Parameter, SecurityScheme } from "../../model/api-model.js";
import { nameOf } from "../../model/schema-walk.js";
import type { Schema } from "../../model/schema.js";
import { propertyName } from "../../kit/typescript/literals.js";
import { clientName } from "../../model/public-names.js";
import { parametersIn } from "../../model/call-shape.js";

/** A call of an operation, written out in the two languages of the page. */
export interface Samples {
  readonly curl: string;
  readonly typescript: string;
}

export function samplesOf(model: ApiModel, operation: Operation, packageName: string): Samples {
  const schemas = new Map(model.schemas.map(({ name, schema }) => [name, schema]));
  const values = new SampleValues(schemas);
  return {
    curl: curlOf(model, operation, values),
    typescript: typescriptOf(model, operation, values, packageName),
  };
}

function curlOf(model: ApiModel, operation: Operation, values: SampleValues): string {
  const base = operation.server ?? model.servers[0]?.url ?? "";
  const path = operation.path.replace(/\{([^{}]+)\}/g, (_, name: string) => {
    const parameter = operation.parameters.find((it) => it.in === "path" && it.name === name);
    return encodeURIComponent(String(parameter ? values.ofParameter(parameter) : name));
  });
  const query = parametersIn(operation, "query").filter(({ required }) => required);
  const search = query.map(
    (it) => `${encodeURIComponent(it.name)}=${encodeURIComponent(String(values.ofParameter(it)))}`,
  );
  const content = operation.body?.contents[0];
  return [
    `curl ${operation.method === "GET" ? "" : `-X ${operation.method} `}${quoted(`${base}${path}${search.length > 0 ? `?${search.join("&")}` : ""}`)}`,
    ...credentialFlags(model, operation),
    ...(operation.policies.idempotency ? [`-H "${operation.policies.idempotency.header}: $(uuidgen)"`] : []),
    ...(content ? bodyFlags(content, values) : []),
  ].join(" \\\n  ");
}

/** The scheme that the first alternative needs; none for public operations. */
function schemeOf(model: ApiModel, { security }: Operation): SecurityScheme | undefined {
  const name = security.find((alternative) => alternative.length > 0)?.[0]?.scheme;
  return model.securitySchemes.find((scheme) => scheme.name === name);
}

function credentialFlags(model: ApiModel, operation: Operation): string[] {
  const scheme = schemeOf(model, operation);
  if (!scheme) return [];
  if (scheme.kind === "basic") return [`-u "$USERNAME:$PASSWORD"`];
  if (scheme.kind === "oauth2" || scheme.kind === "openIdConnect")
    return [`-H "Authorization: Bearer $ACCESS_TOKEN"`];
  if (scheme.kind !== "apiKey") return [`-H "Authorization: Bearer $API_KEY"`];
  return scheme.in === "header" ? [`-H ${quoted(`${scheme.parameterName ?? ""}: `)}"$API_KEY"`] : [];
}

function clientOptions(model: ApiModel, operation: Operation): string {
  const scheme = schemeOf(model, operation);
  if (!scheme) return "";
  if (scheme.kind === "oauth2" || scheme.kind === "openIdConnect")
    return "{ auth: process.env.ACCESS_TOKEN }";
  if (scheme.kind !== "basic") return "{ apiKey: process.env.API_KEY }";
  return `{ auth: { ${propertyName(scheme.name)}: { username: "…", password: "…" } } }`;
}

function bodyFlags(content: Content, values: SampleValues): string[] {
  const value = values.ofContent(content);
  const header = `-H ${quoted(`Content-Type: ${content.mediaType}`)}`;
  if (content.kind === "json") return [header, `-d ${quoted(JSON.stringify(value, null, 2) ?? "null")}`];
  return content.kind === "multipart" ? [`-F file=@file`] : [header, "--data-binary @file"];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function typescriptOf(
  model: ApiModel,
  operation: Operation,
  values: SampleValues,
  packageName: string,
): string {
  const client = clientName(packageName, model.schemas);
  const positional = parametersIn(operation, "path")
    .filter(({ clientDefault }) => clientDefault === undefined)
    .map((parameter) => source(values.ofParameter(parameter)));
  const content = operation.body?.contents[0];
  const needed = parametersIn(operation, "query").filter(({ required }) => required);
  const query = Object.fromEntries(
    needed.map((parameter) => [parameter.name, values.ofParameter(parameter)]),
  );
  const second = content ? [source(values.ofContent(content))] : needed.length > 0 ? [source(query)] : [];
  const call = `client.${operation.resource.join(".")}.${operation.methodName}(${[...positional, ...second].join(", ")})`;
  return [
    `import { ${client} } from "${packageName}";`,
    "",
    `const client = new ${client}(${clientOptions(model, operation)});`,
    operation.policies.pagination
      ? `for await (const item of ${call}) console.log(item);`
      : `const result = await ${call};`,
  ].join("\n");
}

/** A value as a person would write it in TypeScript. */
function source(value: unknown): string {
  const json = JSON.stringify(value, null, 2) ?? "undefined";
  return json.replace(/^(\s*)"([A-Za-z_$][\w$]*)":/gm, "$1$2:");
}

/** Values that stand in for what a caller would give: the spec's examples, else something of the right type. */
class SampleValues {
  readonly #schemas: ReadonlyMap<string, Schema>;

  constructor(schemas: ReadonlyMap<string, Schema>) {
    this.#schemas = schemas;
  }

  ofParameter(parameter: Parameter): unknown {
    return parameter.clientDefault ?? this.ofSchema(parameter.schema, parameter.name);
  }

  ofContent(content: Content): unknown {
    return content.examples[0]?.value ?? this.ofSchema(content.schema ?? true, "body");
  }

  ofSchema(schema: Schema, name: string, depth = 0): unknown {
    if (typeof schema === "boolean") return name;
    if (schema.$ref !== undefined) {
      return depth > 6
        ? null
        : this.ofSchema(this.#schemas.get(nameOf(schema.$ref)) ?? true, name, depth + 1);
    }
    const stated = schema.examples?.[0] ?? schema.default ?? schema.const ?? schema.enum?.[0];
    if (stated !== undefined) return stated;
    const variant = schema.oneOf?.[0] ?? schema.anyOf?.[0];
    if (variant !== undefined && !schema.properties) return this.ofSchema(variant, name, depth + 1);
    const type = typeof schema.type === "string" ? schema.type : schema.type?.[0];
    if (schema.properties ?? schema.allOf ?? type === "object") return this.#object(schema, depth);
    if (type === "array") return depth > 6 ? [] : [this.ofSchema(schema.items ?? true, name, depth + 1)];
    if (type === "integer" || type === "number")
      return typeof schema["minimum"] === "number" ? schema["minimum"] : 1;
    return type === "boolean" ? true : type === "null" ? null : textFor(schema.format, name);
  }

  #object(schema: Exclude<Schema, boolean>, depth: number): unknown {
    if (depth > 6) return {};
    const parts = (schema.allOf ?? []).map((part) => this.ofSchema(part, "", depth + 1));
    const required = Object.entries(schema.properties ?? {}).filter(([name]) =>
      schema.required?.includes(name),
    );
    const own = Object.fromEntries(
      required.map(([name, member]) => [name, this.ofSchema(member, name, depth + 1)]),
    );
    return Object.assign({}, ...parts, own);
  }
}

function textFor(format: string | undefined, name: string): string {
  const texts: Record<string, string> = {
    "date-time": "2026-03-02T09:30:00Z",
    date: "2026-03-02",
    email: "ada@example.com",
    uri: "https://example.com/",
    uuid: "6f1c1d6e-2f5a-4b0e-9f0a-0d3c8f1f7a52",
  };
  return (format !== undefined && Object.hasOwn(texts, format) ? texts[format] : undefined) ?? name;
}
