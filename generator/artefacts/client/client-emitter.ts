import type { ApiModel } from "../../model/api-model.js";
import type { EmittedFile } from "../../kit/artefact.js";
import type { EmitOptions } from "../../kit/emitter.js";
import type { Kit } from "../../kit/kit.js";
import type { AddedCode } from "./additions.js";
import { emitClient, emitCreateApi, emitIndex, emitOperationsIndex, emitOptions } from "./client-files.js";
import { emitDefinition } from "./definition-file.js";
import { emitErrorCodes } from "./error-codes-file.js";
import { headerFor } from "../../kit/headers.js";
import { indexOf } from "../../model/model-index.js";
import { clientName } from "../../model/public-names.js";
import { operationCode, type ClientScope, type OperationCode } from "./operation-code.js";
import { codesOf, emitOperations, moduleOf } from "./operations-file.js";
import { emitOAuth } from "./oauth-file.js";
import { render } from "../../kit/templates.js";
import { emitPackage } from "./package-files.js";
import { emitResource } from "./resource-file.js";
import type { ClientOptions } from "./index.js";
import { emitExamples, emitVerbatim } from "./verbatim-files.js";
import { TypePrinter } from "../../kit/typescript/type-printer.js";
import { emitTypes } from "../../kit/typescript/types-file.js";
import { emitWebhookEvents, emitWebhooks } from "./webhooks-file.js";

/** The files of the typed client. */
export async function emitClientPackage(
  model: ApiModel,
  { name: packageName, additions, api: isPathTyped = true }: ClientOptions,
  kit: Kit,
): Promise<readonly EmittedFile[]> {
  const options = { packageName, specFile: kit.spec.name };
  const scope = scopeOf(model, options);
  const codes = new Map(
    model.resources.flatMap((resource) =>
      resource.operations.flatMap((id): [string, OperationCode][] => {
        const operation = scope.index.operations.get(id);
        return operation ? [[id, operationCode(scope, operation, moduleOf(resource))]] : [];
      }),
    ),
  );
  const added = await addedCodeOf(scope, additions, kit);
  const resources = model.resources.flatMap((resource): EmittedFile[] => {
    const file = resource.fileName;
    const members = codesOf(resource, codes);
    const operations =
      members.length === 0 ? [] : [source(`operations/${file}`, emitOperations(scope, resource, members))];
    return [...operations, source(`resources/${file}`, emitResource(scope, resource, members, added))];
  });
  const optional = {
    "error-codes": emitErrorCodes(scope),
    options: emitOptions(scope),
    "webhook-events": emitWebhookEvents(scope),
    webhooks: emitWebhooks(scope),
    oauth: emitOAuth(scope, options.packageName),
  };
  const has = {
    api: isPathTyped,
    webhooks: optional.webhooks !== undefined,
    oauth: optional.oauth !== undefined,
  };
  return [
    ...emitPackage(scope, options, has, added.entries),
    source("index", emitIndex(scope, codes, added)),
    source("client", emitClient(scope)),
    ...(has.api ? await emitApi(scope, options, codes.values()) : []),
    source("create-api", emitCreateApi(scope, options.packageName)),
    source("definition", emitDefinition(scope, options.packageName)),
    ...Object.entries(optional).flatMap(([name, text]) => (text === undefined ? [] : [source(name, text)])),
    source("operations", emitOperationsIndex(scope, added)),
    ...resources,
    ...added.files,
    source("types", emitTypes({ schemas: model.schemas, printer: scope.printer, header: scope.header })),
    ...emitVerbatim(scope.header, "runtime"),
    ...emitVerbatim(scope.header, "redis"),
    ...emitExamples(scope.header, options.packageName),
    ...(has.webhooks ? emitVerbatim(scope.header, "webhooks") : []),
    ...(has.oauth ? emitVerbatim(scope.header, "oauth") : []),
  ];
}

const NOTHING: AddedCode = { files: [], methods: new Map(), exports: [], entries: [] };

/** What is written by hand, read with the TypeScript compiler, which is loaded only where it is needed. */
async function addedCodeOf(
  scope: ClientScope,
  additions: ClientOptions["additions"],
  kit: Kit,
): Promise<AddedCode> {
  if (!additions) return NOTHING;
  const { addedCode, additionsFrom } = await import("./additions.js");
  return addedCode(scope, additionsFrom(additions, kit));
}

/** The path-typed surface, an entry of its own so that nobody else loads its types and openapi-fetch. */
async function emitApi(
  scope: ClientScope,
  { packageName }: EmitOptions,
  codes: Iterable<OperationCode>,
): Promise<EmittedFile[]> {
  const { header, client } = scope;
  const { emitPaths } = await import("./paths-file.js");
  return [
    source("api", render("client/src/api.ts.hbs", { header, client, packageName })),
    { path: "src/paths.ts", content: emitPaths(scope, codes), format: false },
  ];
}

function scopeOf(model: ApiModel, options: EmitOptions): ClientScope {
  const index = indexOf(model);
  return {
    model,
    index,
    printer: new TypePrinter(index),
    client: clientName(options.packageName, model.schemas),
    header: headerFor("typescript", options.specFile),
  };
}

function source(name: string, content: string): EmittedFile {
  return { path: `src/${name}.ts`, content, format: true };
}
