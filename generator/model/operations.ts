import { readCodeSamples, readExtensions, readExternalDocs } from "./read-annotations.js";
import type { Callback, Parameter, RequestBody, UnnamedOperation, Webhook } from "./api-model.js";
import type { Located, ModelContext } from "./context.js";
import { readContents } from "./contents.js";
import {
  arrayOf,
  compact,
  isObject,
  objectOf,
  pointer,
  stringOf,
  stringsOf,
  textOf,
  type JsonObject,
} from "../base/json.js";
import { methodNames, OperationIds } from "./naming.js";
import { readParameters } from "./parameters.js";
import type { ApiPolicies, OperationPolicies } from "./policies.js";
import { readOperationPolicies } from "./read-policies.js";
import { readResponses } from "./responses.js";
import type { SchemaReader } from "./schemas.js";
import { readSecurity } from "./security.js";
import { serverUrl } from "./servers.js";

const METHODS = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"]);

/** Every operation of the document, in its order. */
export function readOperations(
  context: ModelContext,
  schemas: SchemaReader,
  policies: ApiPolicies,
  kept: Readonly<Record<string, string>> = {},
): UnnamedOperation[] {
  const ids = new OperationIds();
  const stated = pathItems(context, "paths").flatMap(([path, item]) =>
    methodsOf(context, item).map(([method, located]) => {
      const { value, pointer: at } = located;
      const id = ids.idFor(context, value, method, path, at);
      return { id, method, path, item, located, operation: value };
    }),
  );
  const names = methodNames(stated, kept);
  return stated.map(({ id, method, path, item, located: operation }, index): UnnamedOperation => {
    const { value, pointer: at } = operation;
    const { resource, methodName } = names[index] ?? { resource: ["root"], methodName: id };
    const parameters = readParameters(context, schemas, path, item, operation);
    const body = requestBody(context, schemas, operation, method);
    return compact<UnnamedOperation>({
      id,
      method: sentMethod(method),
      path,
      server: serverUrl(arrayOf(value["servers"])[0] ?? arrayOf(item.value["servers"])[0]),
      summary: textOf(value["summary"]) ?? textOf(item.value["summary"]),
      description: textOf(value["description"]) ?? textOf(item.value["description"]),
      deprecated: value["deprecated"] === true,
      tags: stringsOf(value["tags"]),
      resource,
      methodName,
      parameters,
      body,
      responses: readResponses(context, schemas, operation),
      security: readSecurity(
        context,
        value["security"] ?? context.document["security"],
        pointer(at, "security"),
      ),
      policies: placedPolicies(readOperationPolicies(value, policies), parameters, body),
      externalDocs: readExternalDocs(value["externalDocs"]),
      codeSamples: readCodeSamples(value),
      callbacks: readCallbacks(context, schemas, operation),
      extensions: readExtensions(value),
    });
  });
}

/** The policies with the place of the page's parameter: the body, where the query has none of that name. */
function placedPolicies(
  policies: OperationPolicies,
  parameters: readonly Parameter[],
  body: RequestBody | undefined,
): OperationPolicies {
  const { pagination } = policies;
  const isInQuery = parameters.some(
    ({ name, in: place }) => place === "query" && name === pagination?.parameter,
  );
  if (!pagination?.parameter || isInQuery || body?.contents[0]?.kind !== "json") return policies;
  return { ...policies, pagination: { ...pagination, in: "body" } };
}

/** The calls that the API makes: `webhooks` of OpenAPI 3.1, or `x-webhooks`, its older name. */
export function readWebhooks(context: ModelContext, schemas: SchemaReader): Webhook[] {
  const key = isObject(context.document["webhooks"]) ? "webhooks" : "x-webhooks";
  return pathItems(context, key).flatMap(([name, item]) =>
    methodsOf(context, item).map(([method, operation]) =>
      compact<Webhook>({
        name,
        method: method.toUpperCase(),
        summary: textOf(operation.value["summary"]),
        description: textOf(operation.value["description"]),
        deprecated: operation.value["deprecated"] === true ? true : undefined,
        tags: arrayOf(operation.value["tags"]).length > 0 ? stringsOf(operation.value["tags"]) : undefined,
        parameters: readParameters(context, schemas, "", item, operation),
        body: readBody(context, schemas, operation),
        responses: readResponses(context, schemas, operation),
        externalDocs: readExternalDocs(operation.value["externalDocs"]),
        extensions: readExtensions(operation.value),
        security: readSecurity(context, operation.value["security"], pointer(operation.pointer, "security")),
      }),
    ),
  );
}

/** The calls that the API makes because of an operation. */
function readCallbacks(
  context: ModelContext,
  schemas: SchemaReader,
  operation: Located,
): Callback[] | undefined {
  const at = pointer(operation.pointer, "callbacks");
  const callbacks = Object.entries(objectOf(operation.value["callbacks"])).flatMap(([name, value]) => {
    const callback = context.resolve(value, pointer(at, name));
    const expressions = Object.entries(callback.value).filter(([key]) => !key.startsWith("x-"));
    return expressions.flatMap(([expression, path]) => {
      const item = context.resolve(path, pointer(callback.pointer, expression));
      return methodsOf(context, item).map(([method, call]) =>
        compact<Callback>({
          name,
          expression,
          method: method.toUpperCase(),
          summary: textOf(call.value["summary"]) ?? textOf(item.value["summary"]),
          description: textOf(call.value["description"]) ?? textOf(item.value["description"]),
          parameters: readParameters(context, schemas, "", item, call),
          body: readBody(context, schemas, call),
          responses: readResponses(context, schemas, call),
        }),
      );
    });
  });
  return callbacks.length > 0 ? callbacks : undefined;
}

function pathItems(context: ModelContext, key: string): [string, Located][] {
  return Object.entries(objectOf(context.document[key]))
    .filter(([name]) => !name.startsWith("x-"))
    .map(([name, value]) => [name, context.resolve(value, pointer(`/${key}`, name))]);
}

/** The operations of a path item by method; OpenAPI 3.2 has `query`, and `additionalOperations` for any other method. */
function methodsOf(context: ModelContext, item: Located): [string, Located][] {
  return Object.keys(item.value).flatMap((key): [string, Located][] => {
    const value = item.value[key];
    const at = pointer(item.pointer, key);
    if (key === "additionalOperations") return additional(context, objectOf(value), at);
    return METHODS.has(key) && isObject(value) ? [[key, { value, pointer: at }]] : [];
  });
}

function additional(context: ModelContext, operations: JsonObject, at: string): [string, Located][] {
  return Object.entries(operations).flatMap(([method, value]): [string, Located][] => {
    const here = pointer(at, method);
    if (METHODS.has(method.toLowerCase())) {
      const remedy = `Write it as \`${method.toLowerCase()}\` of the path item (OpenAPI 3.2, section 4.8.9).`;
      context.warn("additional-operations", here, `${method} has a field of its own.`, remedy);
    }
    return isObject(value) ? [[method, { value, pointer: here }]] : [];
  });
}

/** Methods as they go over the wire: those with a field of their own are upper case, others are as written (RFC 9110, 9.1). */
function sentMethod(method: string): string {
  return METHODS.has(method) ? method.toUpperCase() : method;
}

/** The body of an operation. GET and HEAD have none: HTTP gives it no meaning, and fetch refuses to send it. */
function requestBody(
  context: ModelContext,
  schemas: SchemaReader,
  operation: Located,
  method: string,
): RequestBody | undefined {
  if (method !== "get" && method !== "head") return readBody(context, schemas, operation);
  const contents = readBody(context, schemas, operation)?.contents ?? [];
  // Some generators give every operation a body, with nothing in it.
  const isEmpty = contents.every(
    ({ schema }) => typeof schema === "object" && Object.keys(schema.properties ?? {}).length === 0,
  );
  if (!isEmpty) {
    const message = `A ${method.toUpperCase()} request carries no body (RFC 9110, section 9.3.1); it is left out.`;
    context.warn("no-body-on-get", operation.pointer, message, "Use query parameters, or another method.");
  }
  return undefined;
}

function readBody(context: ModelContext, schemas: SchemaReader, operation: Located): RequestBody | undefined {
  if (operation.value["requestBody"] === undefined) return undefined;
  const body = context.resolve(operation.value["requestBody"], pointer(operation.pointer, "requestBody"));
  const contents = readContents(context, schemas, body.value["content"], pointer(body.pointer, "content"));
  if (contents.length === 0) return undefined;
  const description = stringOf(body.value["description"])?.trim();
  return compact<RequestBody>({ required: body.value["required"] === true, description, contents });
}
