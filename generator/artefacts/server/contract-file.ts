import type { ApiModel, Operation, Parameter, Response } from "../../model/api-model.js";
import { essenceOf } from "../../base/media-type.js";
import { preconditionsOf, statusByCode } from "../../model/outcomes.js";
import { render } from "../../kit/templates.js";
import { dataLiteral, objectLiteral, propertyName } from "../../kit/typescript/literals.js";
import { defaultOf, partsOf } from "../../model/resolve.js";
import type { ServerScope } from "./scope.js";
import { shapeOf } from "./shape.js";

/** Constants for what many operations share, each written once. */
class Shared {
  readonly #names = new Map<string, string>();
  constructor(readonly prefix: string) {}

  name(text: string): string {
    const known = this.#names.get(text) ?? `${this.prefix}${this.#names.size + 1}`;
    this.#names.set(text, known);
    return known;
  }

  get constants(): { name: string; value: string }[] {
    return [...this.#names].map(([value, name]) => ({ name, value }));
  }
}

/** `src/contract.ts`: the contract as data. */
export function emitContract(scope: ServerScope): string {
  const { model } = scope;
  const parameters = new Shared("parameter");
  const responses = new Shared("response");
  const types = problemTypes(model);
  const operations = model.operations.map((operation): [string, string] => [
    operation.id,
    operationText(operation, scope, parameters, responses),
  ]);
  const errorCodes = model.errorCodes.map(({ code, ...entry }) => [
    code,
    { ...entry, ...(types.has(code) ? { type: types.get(code) } : {}) },
  ]);
  const contract = objectLiteral([
    ["title", dataLiteral(model.title)],
    ["version", dataLiteral(model.version)],
    ["basePath", dataLiteral(basePathOf(model))],
    ["operations", objectLiteral(operations)],
    ["errorCodes", dataLiteral(Object.fromEntries(errorCodes))],
    ["securitySchemes", dataLiteral(Object.fromEntries(schemesOf(model)))],
    ["rateLimits", model.policies.rateLimits && dataLiteral(model.policies.rateLimits)],
    ["retry", dataLiteral({ statuses: model.policies.retry.statuses, delay: model.policies.retry.delay })],
  ]);
  return render("server/src/contract.ts.hbs", {
    header: scope.header,
    parameters: parameters.constants,
    responses: responses.constants,
    contract,
  });
}

function operationText(
  operation: Operation,
  scope: ServerScope,
  parameters: Shared,
  responses: Shared,
): string {
  const { id, method, path, deprecated, security, policies } = operation;
  const own = operation.parameters.map((parameter) =>
    parameters.name(dataLiteral(parameterData(parameter, scope))),
  );
  const answers = operation.responses.map((response) => {
    return `${propertyName(response.status)}: ${responses.name(dataLiteral(responseData(response, scope)))}`;
  });
  const { etag, ifMatch, ifNoneMatch } = preconditionsOf(operation);
  return objectLiteral([
    ["id", dataLiteral(id)],
    ["method", dataLiteral(method)],
    ["path", dataLiteral(path)],
    ["deprecated", String(deprecated)],
    ["security", dataLiteral(security)],
    ["parameters", `[${own.join(", ")}]`],
    ["body", bodyText(operation, scope)],
    ["responses", `{ ${answers.join(", ")} }`],
    ["codes", dataLiteral(statusByCode(operation, scope.index.errorCodes))],
    ["idempotencyHeader", policies.idempotency && dataLiteral(policies.idempotency.header)],
    ["pagination", policies.pagination && dataLiteral(policies.pagination)],
    ["etag", String(etag)],
    ["ifMatch", String(ifMatch)],
    ["ifNoneMatch", String(ifNoneMatch)],
    ["cost", String(policies.cost)],
    ["windows", dataLiteral(policies.windows)],
  ]);
}

function parameterData(parameter: Parameter, { index: { schemas } }: ServerScope): object {
  const { name, style, explode, schema, mediaType } = parameter;
  const value = defaultOf(schema, schemas);
  return {
    name,
    in: parameter.in,
    style,
    explode,
    shape: shapeOf(schema, schemas),
    ...(mediaType === undefined ? {} : { isJson: true }),
    ...(value === undefined ? {} : { default: value }),
  };
}

function bodyText({ body }: Operation, { index: { schemas } }: ServerScope): string | undefined {
  if (!body) return undefined;
  const contents = body.contents.map(({ mediaType, kind, schema }) => {
    const ignored = new Set(partsOf(schema, schemas).flatMap((part) => part["x-read-only"] ?? []));
    return {
      mediaType: essenceOf(mediaType),
      kind,
      ...(kind === "form" ? { shape: shapeOf(schema, schemas) } : {}),
      ...(ignored.size > 0 ? { ignored: [...ignored] } : {}),
    };
  });
  return dataLiteral({ required: body.required, contents });
}

function responseData(
  { status, errorCodes, contents, headers }: Response,
  { index: { schemas } }: ServerScope,
): object {
  const error = /^[45]|^default$/.test(status) ? contents.find(({ kind }) => kind === "json") : undefined;
  const members = partsOf(error?.schema, schemas).flatMap((part) => Object.keys(part.properties ?? {}));
  return {
    codes: errorCodes,
    mediaTypes: contents.map(({ mediaType }) => essenceOf(mediaType)),
    headers: headers.map(({ name, required, schema }) => ({
      name,
      required,
      shape: shapeOf(schema, schemas),
    })),
    ...(members.length > 0 ? { members: [...new Set(members)] } : {}),
  };
}

function schemesOf({ securitySchemes }: ApiModel): [string, object][] {
  return securitySchemes.map(({ name, kind, in: place, parameterName, scheme, flows }) => [
    name,
    {
      kind,
      ...(place === undefined ? {} : { in: place }),
      ...(parameterName === undefined ? {} : { name: parameterName }),
      ...(kind === "http" ? { scheme } : {}),
      ...(flows ? { scopes: Object.assign({}, ...flows.map(({ scopes }) => scopes)) } : {}),
    },
  ]);
}

/** The URIs of kinds of errors, as the examples of error bodies show them. */
function problemTypes({ operations }: ApiModel): Map<string, string> {
  const types = new Map<string, string>();
  for (const { responses } of operations) {
    for (const { value } of responses.flatMap(({ contents }) =>
      contents.flatMap(({ examples }) => examples),
    )) {
      if (typeof value !== "object" || value === null || !("code" in value) || !("type" in value)) continue;
      if (typeof value.code !== "string" || typeof value.type !== "string") continue;
      if (/^[a-z][a-z0-9+.-]*:/i.test(value.type)) types.set(value.code, value.type);
    }
  }
  return types;
}

/** The path of the first server's URL. */
function basePathOf({ servers }: ApiModel): string {
  const url = servers[0]?.url ?? "";
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "");
  return path.startsWith("/") ? path.replace(/\/+$/, "") : "";
}
