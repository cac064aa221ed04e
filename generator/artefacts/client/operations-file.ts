import type { Resource } from "../../model/api-model.js";
import { render } from "../../kit/templates.js";
import { descriptorText, type UseRuntimeValue } from "./descriptor.js";
import { Imports } from "../../kit/typescript/imports.js";
import type { ClientScope, OperationCode } from "./operation-code.js";
import { typeModules, typeNamesIn } from "../../kit/typescript/runtime-exports.js";
import { operationDoc, tsdoc } from "../../kit/typescript/tsdoc.js";

/** `src/operations/<resource>.ts`: a function for each operation of a resource, its types and its descriptor. */
export function emitOperations(scope: ClientScope, codes: readonly OperationCode[]): string {
  const imports = new Imports();
  const modules = typeModules(scope.index.typeNames.values());
  const views = codes.map((code) => operationView(scope, code, imports));
  const texts = codes.flatMap((code) => [
    ...code.aliases.map(({ type }) => type),
    ...code.errors,
    ...[...code.overloads, code.implementation].map(({ parameters, result }) => `${parameters} ${result}`),
    ...(code.options ? [code.options.base, ...code.options.members.map(({ text }) => text)] : []),
  ]);
  for (const name of ["Api", "Operation", ...typeNamesIn(texts.join("\n"), modules)]) {
    imports.type(modules.get(name) ?? "", name);
  }
  return render("client/src/operations/operations.ts.hbs", {
    header: scope.header,
    imports: imports.toString(),
    operations: views,
  });
}

function operationView(scope: ClientScope, code: OperationCode, imports: Imports): object {
  const { names, operation } = code;
  const send = imports.value(`../runtime/${code.isList ? "list" : "call"}.js`, code.isList ? "list" : "call");
  const use: UseRuntimeValue = (module, name, local) => imports.value(`../runtime/${module}.js`, name, local);
  return {
    function: names.function,
    descriptor: names.descriptor,
    error: names.error,
    optionsName: names.options,
    optionsDoc: tsdoc([`Options of {@link ${names.function}}.`]),
    errorDoc: tsdoc([`How {@link ${names.function}} can fail.`]),
    descriptorText: descriptorText(operation, code.signature, scope.index.schemas, use),
    aliases: code.aliases,
    options: code.options,
    errors: code.errors,
    doc: operationDoc(operation, code.argumentDocs, scope.index.errorCodes),
    overloads: code.overloads.map(({ parameters, result }) => `(api: Api, ${parameters}): ${result}`),
    declaration: `(api: Api, ${code.implementation.parameters}): ${code.implementation.result}`,
    send,
    input: code.input,
  };
}

/** The types that a resource's operations file exports, for the package's index. */
export function operationTypes(codes: readonly OperationCode[]): string[] {
  return codes.flatMap(({ aliases, options, names }) => [
    ...aliases.map(({ name }) => name),
    ...(options ? [names.options] : []),
    names.error,
  ]);
}

/** The operations of a resource, in the spec's order. */
export function codesOf(resource: Resource, codes: ReadonlyMap<string, OperationCode>): OperationCode[] {
  return resource.operations.flatMap((id) => codes.get(id) ?? []);
}
