import type { ApiModel, Operation, Resource } from "../../model/api-model.js";
import { pascalCase, unique, wordsOf } from "../../model/words.js";
import { GLOBAL_TYPES, Namespace, typeIdentifier, valueIdentifier } from "./identifiers.js";
import { RUNTIME_TYPES, RUNTIME_VALUES } from "./runtime-exports.js";

/** The names of one operation in the emitted code. */
export interface OperationNames {
  /** `fetchTask` */
  readonly function: string;
  /** `fetchTaskOperation`: the constant that describes it to the runtime. */
  readonly descriptor: string;
  /** `ListTasksQuery` */
  readonly query: string;
  /** `UploadFileBody`, for bodies that have no schema name. */
  readonly body: string;
  /** `FetchTaskOptions` */
  readonly options: string;
  /** `FetchTaskResponse`, for answers that have no schema name. */
  readonly response: string;
  /** `FetchTaskError` */
  readonly error: string;
  /** The method on the resource class. */
  readonly method: string;
}

/** The names of one resource. */
export interface ResourceNames {
  /** `TeamsMembersResource` */
  readonly class: string;
  /** File name without extension, `teams-members`; unique also where case does not count. */
  readonly file: string;
  /** The member of its parent, or of the client. */
  readonly member: string;
}

/** The names that the types of schemas and paths go by. */
export interface TypeNames {
  readonly schemas: ReadonlyMap<string, string>;
  readonly operations: ReadonlyMap<string, Pick<OperationNames, "function">>;
}

/** Every name in the emitted client, each unique where it must be. The only place that makes names up. */
export interface Names {
  readonly client: string;
  readonly schemas: ReadonlyMap<string, string>;
  readonly operations: ReadonlyMap<string, OperationNames>;
  readonly resources: ReadonlyMap<string, ResourceNames>;
}

/** Members that the client class has of its own, or that would change what the object is. */
const CLIENT_MEMBERS = ["api", "fetch", "rateLimit", "constructor", "then", "toString", "valueOf", "toJSON"];
/** Members that every object has, or that would make it a promise. */
export const RESOURCE_MEMBERS = ["constructor", "then", "toString", "valueOf", "toJSON"];

export function resourceKey(path: readonly string[]): string {
  return path.join(".");
}

/** Chooses all names for a model. The client class is named after the package: `acme-client` gives `AcmeClient`. */
export function chooseNames(model: ApiModel, packageName: string, types = clientTypes(packageName)): Names {
  const client = clientName(packageName);
  const schemas = schemaNames(model, types);
  const values = new Namespace([...RUNTIME_VALUES, client]);
  const resources = resourceNames(model.resources, types);
  const methods = methodNames(model);
  const operations = new Map<string, OperationNames>();
  for (const operation of model.operations) {
    operations.set(
      operation.id,
      operationNames(operation, types, values, methods.get(operation.id) ?? operation.methodName),
    );
  }
  return { client, schemas, operations, resources };
}

/** The type names of a client package that no schema may have. */
function clientTypes(packageName: string): Namespace {
  const client = clientName(packageName);
  return new Namespace([...GLOBAL_TYPES, ...RUNTIME_TYPES, client, `${client}Options`, "Api"]);
}

/** Schemas whose names are type names already keep them; `foo` makes way for `Foo`. */
function schemaNames(model: ApiModel, types: Namespace): Map<string, string> {
  const names = model.schemas.map(({ name }) => name);
  const chosen = new Map<string, string>();
  for (const isExact of [true, false]) {
    for (const name of names.filter((it) => (typeIdentifier(it) === it) === isExact)) {
      chosen.set(name, types.claim(typeIdentifier(name), "Schema"));
    }
  }
  return new Map(names.map((name) => [name, chosen.get(name) ?? name]));
}

function clientName(packageName: string): string {
  const words = wordsOf(packageName.replace(/^@([^/]+)\/(client|sdk|api)$/, "$1"));
  const base = words.filter((word, index) => index === 0 || !["client", "api", "sdk"].includes(word));
  const name = pascalCase(base.length > 0 ? base : ["api"]);
  return `${/^\d/.test(name) ? "_" : ""}${name}Client`;
}

function operationNames(
  operation: Operation,
  types: Namespace,
  values: Namespace,
  method: string,
): OperationNames {
  const name = values.claim(valueIdentifier(operation.id, "operation"), "Operation");
  const type = name.charAt(0).toUpperCase() + name.slice(1);
  return {
    function: name,
    descriptor: values.claim(`${name}Operation`),
    query: types.claim(`${type}Query`),
    body: types.claim(`${type}Body`),
    options: types.claim(`${type}Options`),
    response: types.claim(`${type}Response`),
    error: types.claim(`${type}Error`),
    method,
  };
}

function resourceNames(resources: readonly Resource[], types: Namespace): Map<string, ResourceNames> {
  const files = new Set<string>(["index"]);
  const members = new Map<string, Set<string>>();
  return new Map(
    resources.map(({ path }) => {
      const parent = resourceKey(path.slice(0, -1));
      const taken = members.get(parent) ?? new Set(parent === "" ? CLIENT_MEMBERS : RESOURCE_MEMBERS);
      members.set(parent, taken);
      const last = path.at(-1) ?? "root";
      const words = path.flatMap(wordsOf);
      const names: ResourceNames = {
        class: types.claim(`${typeIdentifier(words.join(" "))}Resource`),
        file: unique(words.join("-").replace(/[^a-z0-9-]/g, "") || "root", files),
        member: unique(taken.has(last) ? `${last}Resource` : memberIdentifier(last), taken),
      };
      return [resourceKey(path), names];
    }),
  );
}

/** Method names, apart from the members for nested resources and from what every object has. */
function methodNames(model: ApiModel): Map<string, string> {
  const taken = new Map<string, Set<string>>();
  for (const { path } of model.resources) {
    const children = model.resources.filter(
      (other) =>
        other.path.length === path.length + 1 && resourceKey(other.path.slice(0, -1)) === resourceKey(path),
    );
    const names = [...RESOURCE_MEMBERS, ...children.map((child) => child.path.at(-1) ?? "")];
    taken.set(resourceKey(path), new Set(names));
  }
  return new Map(
    model.operations.map(({ id, resource, methodName }) => {
      const names = taken.get(resourceKey(resource)) ?? new Set();
      const wanted = memberIdentifier(methodName);
      return [id, unique(names.has(wanted) ? `${wanted}Operation` : wanted, names)];
    }),
  );
}

/** Members of classes may be reserved words, but must be identifiers. */
function memberIdentifier(name: string): string {
  const identifier = valueIdentifier(`${name}`, "");
  return identifier === "" ? name : identifier;
}
