import { readExtensions, readExternalDocs } from "./read-annotations.js";
import type {
  ApiModel,
  ClientDefault,
  Contact,
  ErrorCode,
  Tag,
  UnnamedOperation,
  UnnamedResource,
} from "./api-model.js";
import { ModelContext, type ModelFinding } from "./context.js";
import { splitForms } from "./forms.js";
import { arrayOf, compact, objectOf, stringOf, textOf, type JsonObject } from "../base/json.js";
import { readOperations, readWebhooks } from "./operations.js";
import { withPublicNames } from "./public-names.js";
import { readApiPolicies } from "./read-policies.js";
import { SchemaReader } from "./schemas.js";
import { readSecuritySchemes } from "./security.js";
import { readServers } from "./servers.js";
import { camelCase, wordsOf } from "./words.js";

/** What the source room hands over: a bundled document, all of whose references are internal. */
export interface BundledDocument {
  readonly document: JsonObject;
  readonly format: "openapi-3.0" | "openapi-3.1";
}

/**
 * Builds the API model of a bundled document. What can be mended without guessing is mended and told as a finding;
 * nothing is thrown.
 */
export function buildModel(source: BundledDocument): { model: ApiModel; findings: readonly ModelFinding[] } {
  const { document } = source;
  const context = new ModelContext(document, source.format === "openapi-3.0" ? "3.0" : "3.1");
  const schemas = new SchemaReader(context);
  const policies = readApiPolicies(document);
  const operations = readOperations(context, schemas, policies);
  const webhooks = readWebhooks(context, schemas);
  const forms = splitForms({ schemas: schemas.named, operations, webhooks });
  const tags = readTags(document);
  const named = withPublicNames({ ...forms, resources: resourcesOf(operations, tags) });
  const info = objectOf(document["info"]);
  const model = compact<ApiModel>({
    modelVersion: 1,
    title: textOf(info["title"]) ?? "API",
    version: textOf(info["version"]) ?? "0.0.0",
    summary: textOf(info["summary"]),
    description: textOf(info["description"]),
    license: textOf(objectOf(info["license"])["name"]),
    licenseUrl: textOf(objectOf(info["license"])["url"]),
    termsOfService: textOf(info["termsOfService"]),
    contact: readContact(objectOf(info["contact"])),
    externalDocs: readExternalDocs(document["externalDocs"]),
    extensions: readExtensions({ ...info, ...document }),
    servers: readServers(document["servers"]),
    tags,
    securitySchemes: readSecuritySchemes(context),
    resources: named.resources,
    operations: named.operations,
    schemas: named.schemas,
    errorCodes: readErrorCodes(document),
    webhooks: forms.webhooks,
    policies,
    clientDefaults: clientDefaultsOf(operations),
  });
  return { model, findings: context.findings };
}

function readContact(contact: JsonObject): Contact | undefined {
  const { name, url, email } = contact;
  const read = compact<Contact>({ name: textOf(name), url: textOf(url), email: textOf(email) });
  return Object.keys(read).length > 0 ? read : undefined;
}

function readTags(document: JsonObject): Tag[] {
  return arrayOf(document["tags"]).flatMap((value) => {
    const tag = objectOf(value);
    const name = textOf(tag["name"]);
    if (name === undefined) return [];
    return [
      compact<Tag>({
        name,
        summary: textOf(tag["summary"]) ?? textOf(tag["x-displayName"]),
        description: textOf(tag["description"]),
        parent: textOf(tag["parent"]),
        kind: textOf(tag["kind"]),
        externalDocs: readExternalDocs(tag["externalDocs"]),
        extensions: readExtensions(tag),
      }),
    ];
  });
}

function readErrorCodes(document: JsonObject): ErrorCode[] {
  return Object.entries(objectOf(document["x-error-codes"])).map(([code, value]) => {
    const { status, title, description, remedy } = objectOf(value);
    return compact<ErrorCode>({
      code,
      status: typeof status === "number" ? status : 0,
      title: stringOf(title) ?? code,
      description: textOf(description),
      remedy: textOf(remedy),
    });
  });
}

/** The resources that operations live in, with parents that have no operations of their own put before their children. */
function resourcesOf(operations: readonly UnnamedOperation[], tags: readonly Tag[]): UnnamedResource[] {
  const resources = new Map<
    string,
    { path: readonly string[]; operations: string[]; description?: string }
  >();
  for (const operation of operations) {
    operation.resource.forEach((_, index) => {
      const path = operation.resource.slice(0, index + 1);
      const key = path.join(".");
      if (!resources.has(key))
        resources.set(key, { path, operations: [], ...describedBy(tags, operation, path) });
    });
    resources.get(operation.resource.join("."))?.operations.push(operation.id);
  }
  return [...resources.values()];
}

/** The description of the tag that a resource is named after, or that its first operation carries. */
function describedBy(
  tags: readonly Tag[],
  operation: UnnamedOperation,
  path: readonly string[],
): { description?: string } {
  const named = tags.find(({ name }) => camelCase(wordsOf(name)) === path.at(-1));
  const carried = path.length === 1 ? tags.find(({ name }) => name === operation.tags[0]) : undefined;
  const description = (named ?? carried)?.description;
  return description === undefined ? {} : { description };
}

function clientDefaultsOf(operations: readonly UnnamedOperation[]): ClientDefault[] {
  const defaults = new Map<string, ClientDefault>();
  for (const { parameters } of operations) {
    for (const { name, clientDefault: value, description } of parameters) {
      if (value === undefined || defaults.has(name)) continue;
      defaults.set(name, compact<ClientDefault>({ parameter: name, value, description }));
    }
  }
  return [...defaults.values()];
}
