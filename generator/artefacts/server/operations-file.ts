import type { Operation } from "../../model/api-model.js";
import { render } from "../../kit/templates.js";
import { importStatements, typeFrom } from "../../kit/typescript/code.js";
import { propertyName, stringLiteral } from "../../kit/typescript/literals.js";
import { operationDoc } from "../../kit/typescript/tsdoc.js";
import { bodyType, codeType, outputType, requestMembers } from "./operation-types.js";
import { operationFiles, type ServerScope } from "./scope.js";

/** `src/operations/<resource>.ts`: for each operation the types of its request, its output and its codes. */
export function emitOperationTypes(
  scope: ServerScope,
  file: string,
  operations: readonly Operation[],
): string {
  const views = operations.map((operation) => ({
    ...operation.names,
    base: typeFrom("./runtime/handler.js", "RequestBase"),
    members: requestMembers(operation, scope),
    bodyType: bodyType(operation, scope),
    outputType: outputType(operation, scope),
    codeType: codeType(operation),
  }));
  const imports = importStatements(`./operations/${file}.ts`, views);
  return render("server/src/operations/operations.ts.hbs", {
    header: scope.header,
    imports,
    operations: views,
  });
}

/** An operation with its summary alone, where it has one: the client and the docs have the whole description. */
function brief(operation: Operation): Operation {
  const { summary } = operation;
  return summary === undefined ? operation : { ...operation, description: summary };
}

/** `src/handlers.ts`: one handler for each operation. */
export function emitHandlers(scope: ServerScope): string {
  const handlers = operationFiles(scope).flatMap(({ file, operations }) =>
    operations.map((operation) => ({
      doc: operationDoc(brief(operation), [], "  "),
      name: propertyName(operation.id),
      handler: typeFrom("./runtime/handler.js", "Handler"),
      request: typeFrom(`./operations/${file}.js`, operation.names.request),
      output: typeFrom(`./operations/${file}.js`, operation.names.output),
    })),
  );
  return render("server/src/handlers.ts.hbs", {
    header: scope.header,
    imports: importStatements("./handlers.ts", handlers),
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
