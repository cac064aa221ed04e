import type { Operation, Parameter } from "../../model/api-model.js";
import type { SchemaObject } from "../../model/schema.js";
import { propertyName } from "../../kit/typescript/literals.js";
import { ValidatorModule } from "./compile.js";
import { essenceOf } from "../../base/media-type.js";
import type { ServerScope } from "./scope.js";

/** `validators/requests.js`: for each operation, validators of its parameters and its bodies. */
export function emitRequestValidators(scope: ServerScope): string {
  const module = new ValidatorModule(scope.model.schemas);
  const entries = scope.model.operations.map((operation) => {
    const parameters = parametersSchema(operation);
    const bodies = (operation.body?.contents ?? []).flatMap(({ mediaType, kind, schema }) => {
      if (schema === undefined) return [];
      const whole = kind === "lines" ? { type: "array" as const, items: schema } : schema;
      const isChecked = kind === "json" || kind === "form" || kind === "lines";
      return isChecked ? member(essenceOf(mediaType), module.add(whole)) : [];
    });
    const members = [
      ...member("parameters", parameters && module.add(parameters)),
      ...(bodies.length > 0 ? [`body: { ${bodies.join(", ")} }`] : []),
    ];
    return `${propertyName(operation.id)}: { ${members.join(", ")} }`;
  });
  return `${scope.header}\n${module.compile()}\nexport const validators = {\n${lines(entries)}};\n`;
}

/** `validators/responses.js`: for each operation, validators of its responses; and those of webhooks. */
export function emitResponseValidators(scope: ServerScope): string {
  const module = new ValidatorModule(scope.model.schemas);
  const operations = scope.model.operations.map((operation) => {
    const statuses = operation.responses.map(({ status, headers, contents }) => {
      const properties = Object.fromEntries(headers.map(({ name, schema }) => [name, schema]));
      const bodies = contents.flatMap(({ mediaType, kind, schema }) =>
        kind === "json" && schema !== undefined ? member(essenceOf(mediaType), module.add(schema)) : [],
      );
      const members = [
        ...(headers.length > 0 ? member("headers", module.add({ properties })) : []),
        ...(bodies.length > 0 ? [`body: { ${bodies.join(", ")} }`] : []),
      ];
      return `${propertyName(status)}: { ${members.join(", ")} }`;
    });
    return `${propertyName(operation.id)}: { ${statuses.join(", ")} }`;
  });
  const webhooks = scope.model.webhooks.flatMap(({ name, body }) => {
    const schema = body?.contents.find(({ kind }) => kind === "json")?.schema;
    return schema === undefined ? [] : member(name, module.add(schema));
  });
  return [
    `${scope.header}\n${module.compile()}\n`,
    `export const responseValidators = {\n${lines(operations)}};\n\n`,
    `export const webhookValidators = {\n${lines(webhooks)}};\n`,
  ].join("");
}

/** What `{ path, query, header, cookie }` of an operation must be. */
function parametersSchema({ parameters }: Operation): SchemaObject | undefined {
  if (parameters.length === 0) return undefined;
  const properties: Record<string, SchemaObject> = {};
  for (const place of ["path", "query", "header", "cookie"] as const) {
    const own = parameters.filter((parameter) => parameter.in === place);
    if (own.length > 0) properties[place] = placeSchema(own);
  }
  return { properties };
}

function placeSchema(parameters: readonly Parameter[]): SchemaObject {
  return {
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
  };
}

function member(name: string, validator: string | undefined): string[] {
  if (validator === undefined) return [];
  return [`${propertyName(name)}: ${validator}`];
}

function lines(entries: readonly string[]): string {
  return entries.map((entry) => `  ${entry},\n`).join("");
}
