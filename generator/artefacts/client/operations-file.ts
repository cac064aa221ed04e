import type { Resource } from "../../model/api-model.js";
import { render } from "../../kit/templates.js";
import { code, importStatements, typeFrom, valueFrom } from "../../kit/typescript/code.js";
import { operationDoc } from "../../kit/typescript/tsdoc.js";
import type { ClientScope, OperationCode, Overload } from "./operation-code.js";

/** `src/operations/<resource>.ts`: a function for each operation of a resource, its types and its descriptor. */
export function emitOperations(
  scope: ClientScope,
  resource: Resource,
  codes: readonly OperationCode[],
): string {
  const operations = codes.map(operationView);
  return render("client/src/operations/operations.ts.hbs", {
    header: scope.header,
    imports: importStatements(moduleOf(resource).replace(/\.js$/, ".ts"), operations),
    operations,
  });
}

/** The module of a resource's operations, from `src/`. */
export function moduleOf({ fileName }: Resource): string {
  return `./operations/${fileName}.js`;
}

function operationView({ operation, ...parts }: OperationCode): object {
  const { names } = operation;
  const api = typeFrom("./runtime/api.js", "Api");
  const send = parts.isList ? valueFrom("./runtime/list.js", "list") : valueFrom("./runtime/call.js", "call");
  const signature = ({ parameters, result }: Overload) => code`(api: ${api}, ${parameters}): ${result}`;
  const isExported = parts.overloads.length > 0;
  return {
    function: names.function,
    descriptor: code`${isExported ? "export " : ""}const ${names.descriptor}: ${typeFrom("./runtime/operation.js", "Operation")} = ${parts.descriptor};`,
    declarations: parts.declarations,
    doc: operationDoc(operation, parts.argumentDocs),
    overloads: parts.overloads.map(signature),
    declaration: signature(parts.implementation),
    result: code`${send}(api, ${names.descriptor}, ${parts.input}, options)`,
  };
}

/** The operations of a resource, in the spec's order. */
export function codesOf(resource: Resource, codes: ReadonlyMap<string, OperationCode>): OperationCode[] {
  return resource.operations.flatMap((id) => codes.get(id) ?? []);
}
