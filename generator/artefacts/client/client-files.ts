import type { AddedCode } from "./additions.js";
import { render } from "../../kit/templates.js";
import { importStatements } from "../../kit/typescript/code.js";
import { propertyName } from "../../kit/typescript/literals.js";
import type { ClientScope, OperationCode } from "./operation-code.js";
import { codesOf } from "./operations-file.js";
import { childrenOf, memberView } from "./resource-file.js";
import { oneLine, prose, tsdoc } from "../../kit/typescript/tsdoc.js";

/** `src/client.ts`: the class that integrators construct. */
export function emitClient(scope: ClientScope): string {
  const { model, client } = scope;
  const resources = childrenOf(scope).map(memberView);
  return render("client/src/client.ts.hbs", {
    header: scope.header,
    imports: importStatements("./client.ts", resources),
    client,
    doc: tsdoc([
      ...prose(oneLine(model.title)),
      "",
      ...prose(model.summary ?? oneLine(model.description ?? "")),
    ]),
    optionsDoc: tsdoc([`Options of {@link ${client}}.`]),
    defaults: defaultMembers(scope),
    resources,
  });
}

/** `src/options.ts`: the options that stand in for client-wide defaults, where the API has any. */
export function emitOptions(scope: ClientScope): string | undefined {
  if (scope.model.clientDefaults.length === 0) return undefined;
  return render("client/src/options.ts.hbs", { header: scope.header, defaults: defaultMembers(scope) });
}

function defaultMembers({ model }: ClientScope): { doc: string; key: string }[] {
  return model.clientDefaults.map(({ parameter, value, description }) => ({
    doc: tsdoc([...prose(description), "", `\`${value}\` unless given.`], "  "),
    key: propertyName(parameter),
  }));
}

/** `src/create-api.ts`: the runtime with this API's behaviour. */
export function emitCreateApi(scope: ClientScope, packageName: string): string {
  return render("client/src/create-api.ts.hbs", {
    header: scope.header,
    packageName,
  });
}

/** `src/operations.ts`: the entry for single, tree-shakeable functions. */
export function emitOperationsIndex(scope: ClientScope, added: AddedCode): string {
  const files = scope.model.resources
    .filter(({ operations }) => operations.length > 0)
    .map(({ fileName }) => fileName);
  return render("client/src/operations.ts.hbs", {
    header: scope.header,
    files,
    additions: added.exports.map(({ file, values, types }) => ({
      file,
      names: [...values, ...types.map((name) => `type ${name}`)].join(", "),
    })),
  });
}

/** `src/index.ts`: everything that an integrator imports, but for the single functions. */
export function emitIndex(
  scope: ClientScope,
  codes: ReadonlyMap<string, OperationCode>,
  added: AddedCode,
): string {
  const resources = scope.model.resources.map((resource) => {
    const { fileName: file, className } = resource;
    return { file, className, types: codesOf(resource, codes).flatMap(({ typeNames }) => typeNames) };
  });
  const statements = [
    ...(scope.model.errorCodes.length > 0 ? [`{ errorCodes, type ErrorCode } from "./error-codes.js"`] : []),
    ...(scope.model.clientDefaults.length > 0 ? [`type { RequestOptions } from "./options.js"`] : []),
    ...resources.map(({ file, className }) => `{ ${className} } from "./resources/${file}.js"`),
    ...resources.flatMap(({ file, types }) =>
      types.length === 0 ? [] : [`type { ${types.join(", ")} } from "./operations/${file}.js"`],
    ),
    ...added.exports.flatMap(({ file, types }) =>
      types.length === 0 ? [] : [`type { ${types.join(", ")} } from "${file}"`],
    ),
    `type * from "./types.js"`,
    ...(scope.model.webhooks.length > 0
      ? [`type { WebhookName, WebhookPayload, WebhookPayloads } from "./webhook-events.js"`]
      : []),
    `* from "./runtime/index.js"`,
  ];
  return render("client/src/index.ts.hbs", {
    header: scope.header,
    client: scope.client,
    exports: statements.map((statement) => ({ statement })),
  });
}
