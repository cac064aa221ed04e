import type { Resource } from "../../model/api-model.js";
import { ArtefactError, type EmittedFile } from "../../kit/artefact.js";
import type { Kit } from "../../kit/kit.js";
import { RESERVED_TYPES, RESERVED_VALUES } from "../../model/reserved-names.js";
import { RESOURCE_MEMBERS } from "../../model/public-names.js";
import { readFunction, readModule, type AdditionFunction, type AdditionModule } from "./addition-module.js";
import type { AdditionsOptions } from "./index.js";
import type { ClientScope } from "./operation-code.js";

/** Hand-written code that becomes part of the client. */
export interface Additions {
  /** By their names below the folder of additions: `files.ts`. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly methods: readonly AdditionMethod[];
  readonly entries: readonly { readonly name: string; readonly file: string }[];
}

/** A method of a resource, and the function behind it. */
interface AdditionMethod {
  /** The resource's path, with dots. */
  readonly resource: string;
  readonly method: string;
  readonly file: string;
  readonly function: string;
}

/** A method that is written by hand, ready to be emitted. */
export interface AddedMethod {
  readonly method: string;
  readonly function: string;
  /** The module of the function, from `src/`. */
  readonly module: string;
  readonly code: AdditionFunction;
}

/** The hand-written part of a client. */
export interface AddedCode {
  readonly files: readonly EmittedFile[];
  /** By the resource's path, with dots. */
  readonly methods: ReadonlyMap<string, readonly AddedMethod[]>;
  /** The modules with methods, and what they export. */
  readonly exports: readonly { readonly file: string; readonly values: string[]; readonly types: string[] }[];
  readonly entries: readonly { readonly path: string; readonly name: string; readonly file: string }[];
}

/** Entry points that a package may have of its own. */
const OWN_ENTRIES = ["index", "operations", "api", "oauth", "redis", "webhooks", "package.json"];

/**
 * Reads what the options say of additions.
 *
 * @throws ArtefactError when a file that they name is not in the folder.
 */
export function additionsFrom(options: AdditionsOptions, kit: Kit): Additions {
  const { dir, methods = {}, entries = {} } = options;
  const files = kit.files(dir).filter(({ name }) => name.endsWith(".ts") && !/\.(d|test)\.ts$/.test(name));
  const check = (option: string, file: string): void => {
    if (files.some(({ name }) => name === file)) return;
    throw new ArtefactError(
      `additions.${option.replaceAll("/", ".")} names ${file}, and there is no such file in ${dir}.`,
      "Write the file, or correct its name; it is relative to the folder of the additions.",
      `/additions/${option}`,
    );
  };
  return {
    files,
    methods: Object.entries(methods).flatMap(([resource, byName]) =>
      Object.entries(byName).map(([method, target]) => {
        const [file = "", name = ""] = target.split("#");
        check(`methods/${resource}/${method}`, file);
        return { resource, method, file, function: name };
      }),
    ),
    entries: Object.entries(entries).map(([name, file]) => {
      check(`entries/${name}`, file);
      return { name, file };
    }),
  };
}

/**
 * Fits additions into the client.
 *
 * @throws ArtefactError when a resource is unknown, a name is taken, or a function cannot be a method.
 */
export function addedCode(scope: ClientScope, additions: Additions): AddedCode {
  const modules = new Map(additions.files.map((file) => [file.name, readModule(file)]));
  const methods = new Map<string, AddedMethod[]>();
  const exporting = new Set<AdditionModule>();
  for (const { resource, method, file, function: name } of additions.methods) {
    const module = modules.get(file);
    if (!module) throw new ArtefactError(`There is no addition ${file}.`, "Correct its name in the config.");
    const own = methods.get(resource) ?? [];
    checkMethod(scope, resource, method);
    methods.set(resource, [
      ...own,
      { method, function: name, module: `./additions/${jsName(file)}`, code: readFunction(module, name) },
    ]);
    exporting.add(module);
  }
  checkExports(scope, [...exporting]);
  return {
    files: additions.files.map(({ name, text }) => ({
      path: `src/additions/${name}`,
      content: `${scope.header}\n${text}`,
      format: true,
    })),
    methods,
    exports: [...exporting].map(({ name, exports }) => {
      const names = [...exports].sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        file: `./additions/${jsName(name)}`,
        values: names.filter(([, { isType }]) => !isType).map(([own]) => own),
        types: names.filter(([, { isType }]) => isType).map(([own]) => own),
      };
    }),
    entries: additions.entries.map(({ name, file }) => {
      if (OWN_ENTRIES.includes(name) || !/^[a-z][a-z0-9-]*$/.test(name)) {
        const remedy = `Choose another, in lower case; ${OWN_ENTRIES.join(", ")} are the package's own.`;
        throw new ArtefactError(`No addition can be the entry "${name}".`, remedy);
      }
      return { path: `./${name}`, name, file: `additions/${file.replace(/\.ts$/, "")}` };
    }),
  };
}

function jsName(file: string): string {
  return file.replace(/\.ts$/, ".js");
}

function checkMethod({ model }: ClientScope, resource: string, method: string): void {
  const keys = model.resources.map(({ path }) => path.join("."));
  if (!keys.includes(resource)) {
    const remedy = `The resources are ${keys.join(", ")}.`;
    throw new ArtefactError(`The API has no resource "${resource}" for the method ${method}.`, remedy);
  }
  const owner = model.operations.find(
    ({ methodName: own, resource: path }) => path.join(".") === resource && own === method,
  );
  const child = childNames(model.resources, resource).includes(method);
  const taken = owner ? `is the operation ${owner.id}` : child ? "is a resource" : undefined;
  if (taken !== undefined) {
    const remedy = "Choose another name, or give the operation another one in the spec, by `x-method`.";
    throw new ArtefactError(`${resource}.${method} ${taken} already.`, remedy);
  }
  if (!/^[a-z][A-Za-z0-9]*$/.test(method) || RESOURCE_MEMBERS.includes(method)) {
    throw new ArtefactError(`No method can be called "${method}".`, "Choose another name, in camelCase.");
  }
}

function childNames(resources: readonly Resource[], parent: string): string[] {
  return resources
    .filter(({ path }) => path.slice(0, -1).join(".") === parent)
    .map(({ path }) => path.at(-1) ?? "");
}

/** What modules with methods export stands beside all other exports of the package. */
function checkExports({ model }: ClientScope, modules: readonly AdditionModule[]): void {
  const taken = new Map<string, string>(
    [...RESERVED_TYPES, ...RESERVED_VALUES].map((name) => [name, "the runtime"]),
  );
  for (const { typeName } of model.schemas) taken.set(typeName, "a schema");
  for (const { className } of model.resources) taken.set(className, "a resource");
  for (const { id, names } of model.operations) {
    for (const name of Object.values(names)) taken.set(name, `the operation ${id}`);
  }
  for (const { name: file, exports } of modules) {
    for (const name of exports.keys()) {
      const owner = taken.get(name);
      if (owner !== undefined) {
        throw new ArtefactError(
          `${file} exports ${name}, a name that ${owner} has.`,
          "Give it another name.",
        );
      }
      taken.set(name, file);
    }
  }
}
