import type { Operation } from "../../model/api-model.js";
import { render } from "../../kit/templates.js";
import { Imports } from "../../kit/typescript/imports.js";
import { propertyName, stringLiteral } from "../../kit/typescript/literals.js";
import { typeNamesIn } from "../../kit/typescript/runtime-exports.js";
import { operationDoc, tsdoc } from "../../kit/typescript/tsdoc.js";
import { bodyType, codeType, outputType, requestMembers } from "./operation-types.js";
import { operationFiles, RUNTIME_TYPES, type ServerScope } from "./scope.js";

/** `src/operations/<resource>.ts`: for each operation the types of its request, its output and its codes. */
export function emitOperationTypes(scope: ServerScope, operations: readonly Operation[]): string {
  const views = operations.map((operation) => operationView(scope, operation));
  const modules = modulesOf(scope);
  const texts = views.flatMap(({ members, body, outputs }) => [
    ...members.map(({ text }) => text),
    body,
    ...outputs.map(({ text }) => text),
  ]);
  const imports = new Imports();
  for (const name of ["RequestBase", ...typeNamesIn(texts.join("\n"), modules)]) {
    imports.type(modules.get(name) ?? "", name);
  }
  return render("server/src/operations/operations.ts.hbs", {
    header: scope.header,
    imports: imports.toString(),
    operations: views,
  });
}

function operationView(scope: ServerScope, operation: Operation) {
  const { names } = operation;
  const name = operation.id.replaceAll("`", "'");
  return {
    request: names.request,
    output: names.output,
    code: names.code,
    requestDoc: tsdoc([`The request of \`${name}\`, validated.`]),
    outputDoc: tsdoc([`What \`${name}\` may answer when it succeeds.`]),
    codeDoc: tsdoc([`The errors that \`${name}\` declares.`]),
    members: requestMembers(operation, scope),
    body: bodyType(operation, scope),
    outputs: outputType(operation, scope).map((text) => ({ text })),
    codes: codeType(operation),
  };
}

function modulesOf({ model }: ServerScope): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  for (const [module, types] of Object.entries(RUNTIME_TYPES)) {
    for (const type of types) modules.set(type, `../runtime/${module}.js`);
  }
  modules.set("operations", "../schema.js");
  for (const { typeName } of model.schemas) modules.set(typeName, "../types.js");
  return modules;
}

/** `src/handlers.ts`: one handler for each operation. */
export function emitHandlers(scope: ServerScope): string {
  const imports = new Imports();
  imports.type("./runtime/handler.js", "Handler");
  const handlers = operationFiles(scope).flatMap(({ file, operations }) =>
    operations.map((operation) => {
      const { request, output } = operation.names;
      imports.type(`./operations/${file}.js`, request);
      imports.type(`./operations/${file}.js`, output);
      return {
        doc: operationDoc(operation, [], scope.index.errorCodes, "  "),
        name: propertyName(operation.id),
        request,
        output,
      };
    }),
  );
  return render("server/src/handlers.ts.hbs", {
    header: scope.header,
    imports: imports.toString(),
    handlers,
    ids: scope.model.operations.map(({ id }) => ({ id: stringLiteral(id) })),
    codes: scope.model.errorCodes.map(({ code }) => ({ code: stringLiteral(code) })),
  });
}

/** `src/index.ts`: everything but the checks of responses. */
export function emitIndex(scope: ServerScope): string {
  const files = operationFiles(scope).map(({ file, operations }) => {
    const types = operations.flatMap(({ names: { request, output, code } }) => [request, output, code]);
    return { file, types: types.join(", ") };
  });
  return render("server/src/index.ts.hbs", { header: scope.header, files });
}
