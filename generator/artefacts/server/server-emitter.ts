import type { ApiModel } from "../../model/api-model.js";
import type { EmittedFile } from "../../kit/artefact.js";
import type { EmitOptions } from "../../kit/emitter.js";
import type { Kit } from "../../kit/kit.js";
import { render, templateNames, templateText } from "../../kit/templates.js";
import { stringLiteral } from "../../kit/typescript/literals.js";
import { semanticVersion } from "../../kit/typescript/package-version.js";
import { oneLine } from "../../kit/typescript/tsdoc.js";
import { emitTypes } from "../../kit/typescript/types-file.js";
import { emitContract } from "./contract-file.js";
import { emitHandlers, emitIndex, emitOperationTypes } from "./operations-file.js";
import type { ServerOptions } from "./index.js";
import { operationFiles, scopeOf, type ServerScope } from "./scope.js";
import { emitRequestValidators, emitResponseValidators } from "./validators-file.js";

/** The files of the server's side of the contract: typed handlers, routing and validation. */
export function emitServerPackage(
  model: ApiModel,
  { name: packageName }: ServerOptions,
  kit: Kit,
): readonly EmittedFile[] {
  const options = { packageName, specFile: kit.spec.name };
  const scope = scopeOf(model, options);
  const { header } = scope;
  return [
    ...packageFiles(scope, options),
    source("index", emitIndex(scope)),
    source("handlers", emitHandlers(scope)),
    source("create-server", render("server/src/create-server.ts.hbs", { header })),
    source("responses", render("server/src/responses.ts.hbs", { header, webhooks: webhookNames(model) })),
    source("contract", emitContract(scope)),
    ...operationFiles(scope).map(({ file, operations }) =>
      source(`operations/${file}`, emitOperationTypes(scope, file, operations)),
    ),
    source("types", emitTypes({ schemas: model.schemas, printer: scope.printer, header })),
    ...templateNames("server/src/runtime").map((name) => verbatim(scope, `src/runtime/${name}`)),
    verbatim(scope, "validators/validator.d.ts"),
    declarations(scope, "requests"),
    declarations(scope, "responses"),
    { path: "validators/requests.js", content: emitRequestValidators(scope), format: false },
    { path: "validators/responses.js", content: emitResponseValidators(scope), format: false },
  ];
}

function packageFiles(scope: ServerScope, options: EmitOptions): EmittedFile[] {
  const title = oneLine(scope.model.title);
  const manifest = render("server/package.json.hbs", {
    name: JSON.stringify(options.packageName),
    version: JSON.stringify(semanticVersion(scope.model.version)),
    description: JSON.stringify(`Server contract of ${title}.`),
  });
  const { packageName, specFile } = options;
  const first = scope.model.operations[0]?.id ?? "operation";
  return [
    { path: "package.json", content: manifest, format: true },
    { path: "tsconfig.json", content: render("server/tsconfig.json.hbs", {}), format: true },
    {
      path: "README.md",
      content: render("server/README.md.hbs", { title, packageName, specFile, first }),
      format: false,
    },
  ];
}

function webhookNames({ webhooks }: ApiModel): { name: string }[] | undefined {
  return webhooks.length === 0 ? undefined : webhooks.map(({ name }) => ({ name: stringLiteral(name) }));
}

function source(name: string, content: string): EmittedFile {
  return { path: `src/${name}.ts`, content, format: true };
}

function verbatim({ header }: ServerScope, path: string): EmittedFile {
  return { path, content: `${header}\n${templateText(`server/${path}`)}`, format: true };
}

function declarations({ header }: ServerScope, name: string): EmittedFile {
  const path = `validators/${name}.d.ts`;
  return { path, content: render(`server/${path}.hbs`, { header }), format: true };
}
