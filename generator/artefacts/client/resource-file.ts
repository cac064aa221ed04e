import type { Resource } from "../../model/api-model.js";
import type { AddedCode, AddedMethod } from "./additions.js";
import { render } from "../../kit/templates.js";
import { Imports } from "../../kit/typescript/imports.js";
import type { ClientScope, OperationCode } from "./operation-code.js";
import { operationTypes } from "./operations-file.js";
import { typeModules, typeNamesIn } from "../../kit/typescript/runtime-exports.js";
import { operationDoc, prose, tsdoc } from "../../kit/typescript/tsdoc.js";

/** `src/resources/<resource>.ts`: the class whose methods are the operations of a resource. */
export function emitResource(
  scope: ClientScope,
  resource: Resource,
  codes: readonly OperationCode[],
  added: AddedCode,
): string {
  const children = childrenOf(scope, resource);
  const imports = importsOf(scope, resource, codes);
  const additions = added.methods.get(resource.path.join(".")) ?? [];
  for (const { module, function: name, code } of additions) {
    imports.value(module, name);
    for (const type of code.types) imports.type(type.module, type.name);
  }
  for (const child of children) imports.value(`./${child.fileName}.js`, child.className);
  const description = resource.description ?? `Operations on ${resource.path.join(" ")}.`;
  return render("client/src/resources/resource.ts.hbs", {
    header: scope.header,
    imports: imports.toString(),
    doc: tsdoc(prose(description)),
    class: resource.className,
    children: children.map((child) => ({
      doc: tsdoc(prose(child.description ?? `Operations on ${child.path.join(" ")}.`), "  "),
      member: child.path.at(-1),
      class: child.className,
    })),
    methods: [...codes.map((code) => operationMethod(scope, code)), ...additions.map(additionMethod)],
  });
}

function operationMethod(scope: ClientScope, code: OperationCode): object {
  return {
    doc: operationDoc(code.operation, code.argumentDocs, scope.index.errorCodes, "  "),
    method: code.operation.methodName,
    overloads: code.overloads.map(({ parameters, result }) => `(${parameters}): ${result}`),
    declaration: `(${code.implementation.parameters}): ${code.implementation.result}`,
    // No overload of the function takes all that those of the method take together.
    implementation:
      code.overloads.length > 0
        ? `call(this.#api, ${code.names.descriptor}, ${code.input}, options)`
        : `${code.names.function}(${["this.#api", ...code.argumentNames].join(", ")})`,
  };
}

function additionMethod({ method, function: name, code }: AddedMethod): object {
  return {
    doc: tsdoc(code.doc, "  "),
    method,
    overloads: [],
    declaration: `${code.typeParameters}(${code.parameters}): ${code.result}`,
    implementation: `${name}(${["this.#api", ...code.argumentNames].join(", ")})`,
  };
}

function importsOf(scope: ClientScope, resource: Resource, codes: readonly OperationCode[]): Imports {
  const imports = new Imports();
  const modules = new Map(typeModules(scope.index.typeNames.values()));
  for (const type of operationTypes(codes)) modules.set(type, `../operations/${resource.fileName}.js`);
  const texts = codes.flatMap(({ overloads, implementation }) =>
    [...overloads, implementation].map(({ parameters, result }) => `${parameters} ${result}`),
  );
  for (const name of ["Api", ...typeNamesIn(texts.join("\n"), modules)])
    imports.type(modules.get(name) ?? "", name);
  for (const code of codes) {
    const isOverloaded = code.overloads.length > 0;
    if (isOverloaded) imports.value("../runtime/call.js", "call");
    imports.value(
      `../operations/${resource.fileName}.js`,
      isOverloaded ? code.names.descriptor : code.names.function,
    );
  }
  return imports;
}

/** The resources directly below another; below none, those that the client itself holds. */
export function childrenOf(scope: ClientScope, parent?: Resource): Resource[] {
  const path = parent?.path ?? [];
  return scope.model.resources.filter(
    (resource) =>
      resource.path.length === path.length + 1 && path.every((part, index) => resource.path[index] === part),
  );
}
