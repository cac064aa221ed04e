import type {
  NamedSchema,
  Operation,
  OperationNames,
  Resource,
  UnnamedOperation,
  UnnamedResource,
  UnnamedSchema,
} from "./api-model.js";
import { Namespace, typeIdentifier, valueIdentifier } from "./identifiers.js";
import { RESERVED_TYPES, RESERVED_VALUES } from "./reserved-names.js";
import { polymorphicBases } from "./variants.js";
import { pascalCase, unique, wordsOf } from "./words.js";

/** Members that a client has of its own, or that would change what the object is. */
const CLIENT_MEMBERS =
  "api baseUrl fetch rateLimit withOptions constructor then toString valueOf toJSON".split(" ");
/** Members that every object has, or that would make it a promise. */
export const RESOURCE_MEMBERS = ["constructor", "then", "toString", "valueOf", "toJSON"];

/** The parts of a model before they have public names. */
export interface Unnamed {
  readonly schemas: readonly UnnamedSchema[];
  readonly operations: readonly UnnamedOperation[];
  readonly resources: readonly UnnamedResource[];
}

/**
 * Chooses every public name of an API, each unique where it must be, once for all packages: one schema has one name
 * wherever it is found. The only place that makes names up.
 */
export function withPublicNames(api: Unnamed): {
  schemas: NamedSchema[];
  operations: Operation[];
  resources: Resource[];
} {
  const types = new Namespace(RESERVED_TYPES);
  const schemas = namedSchemas(api.schemas, types);
  const paths = memberPaths(api.resources);
  const resources = namedResources(api.resources, paths, types);
  const methods = methodNames(api.operations, api.resources, paths);
  const values = new Namespace(RESERVED_VALUES);
  const operations = api.operations.map((operation): Operation => ({
    ...operation,
    resource: paths.get(keyOf(operation.resource)) ?? operation.resource,
    methodName: methods.get(operation.id) ?? operation.methodName,
    names: operationNames(operation.id, types, values),
  }));
  return { schemas, operations, resources };
}

function keyOf(path: readonly string[]): string {
  return path.join(".");
}

/** Schemas whose names are type names already keep them; `foo` makes way for `Foo`. */
function namedSchemas(schemas: Unnamed["schemas"], types: Namespace): NamedSchema[] {
  const chosen = new Map<string, string>();
  for (const isExact of [true, false]) {
    for (const { name } of schemas) {
      const type = typeIdentifier(name);
      if ((type === name) === isExact) chosen.set(name, types.claim(type, "Schema"));
    }
  }
  const bases = polymorphicBases(new Map(schemas.map(({ name, schema }) => [name, schema])));
  return schemas.map((schema) => {
    const typeName = chosen.get(schema.name) ?? schema.name;
    if (!bases.has(schema.name)) return { ...schema, typeName };
    return { ...schema, typeName, baseTypeName: types.claim(`${typeName}Base`) };
  });
}

function operationNames(id: string, types: Namespace, values: Namespace): OperationNames {
  const name = values.claim(valueIdentifier(id, "operation"), "Operation");
  const type = name.charAt(0).toUpperCase() + name.slice(1);
  const claim = (suffix: string): string => types.claim(`${type}${suffix}`);
  return {
    function: name,
    descriptor: values.claim(`${name}Operation`),
    query: claim("Query"),
    headers: claim("Headers"),
    cookies: claim("Cookies"),
    body: claim("Body"),
    options: claim("Options"),
    response: claim("Response"),
    error: claim("Error"),
    request: claim("Request"),
    output: claim("Output"),
    code: claim("Code"),
  };
}

/** The path of each resource as members of the client and of its resources. */
function memberPaths(resources: Unnamed["resources"]): Map<string, readonly string[]> {
  const taken = new Map<string, Set<string>>();
  const paths = new Map<string, readonly string[]>();
  for (const { path } of resources) {
    const parent = path.slice(0, -1);
    const names =
      taken.get(keyOf(parent)) ?? new Set(parent.length === 0 ? CLIENT_MEMBERS : RESOURCE_MEMBERS);
    taken.set(keyOf(parent), names);
    const last = path.at(-1) ?? "root";
    const member = unique(names.has(last) ? `${last}Resource` : memberIdentifier(last), names);
    paths.set(keyOf(path), [...(paths.get(keyOf(parent)) ?? parent), member]);
  }
  return paths;
}

function namedResources(
  resources: Unnamed["resources"],
  paths: ReadonlyMap<string, readonly string[]>,
  types: Namespace,
): Resource[] {
  const files = new Set<string>(["index"]);
  return resources.map((resource) => {
    const words = resource.path.flatMap(wordsOf);
    return {
      ...resource,
      path: paths.get(keyOf(resource.path)) ?? resource.path,
      className: types.claim(`${typeIdentifier(words.join(" "))}Resource`),
      fileName: unique(words.join("-").replace(/[^a-z0-9-]/g, "") || "root", files),
    };
  });
}

/** Method names, apart from the members for nested resources and from what every object has. */
function methodNames(
  operations: Unnamed["operations"],
  resources: Unnamed["resources"],
  paths: ReadonlyMap<string, readonly string[]>,
): Map<string, string> {
  const taken = new Map<string, Set<string>>();
  for (const { path } of resources) {
    const names = taken.get(keyOf(path)) ?? new Set(RESOURCE_MEMBERS);
    taken.set(keyOf(path), names);
    const member = paths.get(keyOf(path))?.at(-1);
    const parent = path.slice(0, -1);
    if (parent.length === 0 || member === undefined) continue;
    const siblings = taken.get(keyOf(parent)) ?? new Set(RESOURCE_MEMBERS);
    taken.set(keyOf(parent), siblings.add(member));
  }
  return new Map(
    operations.map(({ id, resource, methodName }) => {
      const names = taken.get(keyOf(resource)) ?? new Set();
      const wanted = memberIdentifier(methodName);
      return [id, unique(names.has(wanted) ? `${wanted}Operation` : wanted, names)];
    }),
  );
}

/** Members of classes may be reserved words, but must be identifiers. */
function memberIdentifier(name: string): string {
  const identifier = valueIdentifier(name, "");
  return identifier === "" ? name : identifier;
}

/** The client class is named after the package: `acme-client` gives `AcmeClient`. */
export function clientName(packageName: string, schemas: readonly NamedSchema[] = []): string {
  const words = wordsOf(packageName.replace(/^@([^/]+)\/(client|sdk|api)$/, "$1"));
  const base = words.filter((word, index) => index === 0 || !["client", "api", "sdk"].includes(word));
  const name = pascalCase(base.length > 0 ? base : ["api"]);
  const types = new Set(schemas.map(({ typeName }) => typeName));
  const wanted = `${/^\d/.test(name) ? "_" : ""}${name}Client`;
  return unique(wanted, types);
}
