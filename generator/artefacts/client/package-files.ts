import type { EmittedFile } from "../../kit/artefact.js";
import type { EmitOptions } from "../../kit/emitter.js";
import type { AddedCode } from "./additions.js";
import { render } from "../../kit/templates.js";
import type { ClientScope } from "./operation-code.js";
import { childrenOf } from "./resource-file.js";
import { semanticVersion } from "../../kit/typescript/package-version.js";
import { oneLine } from "../../kit/typescript/tsdoc.js";

/** The entry points of the package: their path in `exports`, and the source file behind each. */
const ENTRIES = [
  { path: ".", name: "", file: "index" },
  { path: "./operations", name: "operations", file: "operations" },
  { path: "./redis", name: "redis", file: "redis/index" },
];

const API = { path: "./api", name: "api", file: "api" };
const WEBHOOKS = { path: "./webhooks", name: "webhooks", file: "webhooks" };
const OAUTH = { path: "./oauth", name: "oauth", file: "oauth" };

/** The entry points that not every API has. */
export interface OptionalEntries {
  readonly api: boolean;
  readonly webhooks: boolean;
  readonly oauth: boolean;
}

/** What makes the sources an npm package: manifest, compiler settings, README. */
export function emitPackage(
  scope: ClientScope,
  options: EmitOptions,
  has: OptionalEntries,
  added: AddedCode["entries"],
): EmittedFile[] {
  const { model } = scope;
  const manifest = render("client/package.json.hbs", {
    name: JSON.stringify(options.packageName),
    version: JSON.stringify(semanticVersion(model.version)),
    description: JSON.stringify(`Client for ${oneLine(model.title)}.`),
    entries: [
      ...ENTRIES,
      ...(has.api ? [API] : []),
      ...(has.oauth ? [OAUTH] : []),
      ...(has.webhooks ? [WEBHOOKS] : []),
      ...added,
    ],
    hasOAuth: has.oauth,
    hasApi: has.api,
  });
  return [
    { path: "package.json", content: manifest, format: true },
    { path: "tsconfig.json", content: render("client/tsconfig.json.hbs", {}), format: true },
    { path: "tsconfig.cjs.json", content: render("client/tsconfig.cjs.json.hbs", {}), format: true },
    { path: "README.md", content: readme(scope, options), format: false },
  ];
}

function readme(scope: ClientScope, options: EmitOptions): string {
  const { model } = scope;
  const example = exampleOf(scope);
  return render("client/README.md.hbs", {
    title: oneLine(model.title),
    summary: oneLine(model.summary ?? model.description ?? ""),
    packageName: options.packageName,
    specFile: options.specFile,
    client: scope.client,
    ...example,
    resources: childrenOf(scope).map((resource) => ({
      member: resource.path.at(-1),
      description: oneLine(resource.description ?? ""),
    })),
  });
}

/** A call to show: the first read that needs nothing but a path, else the first operation there is. */
function exampleOf({ model }: ClientScope): object {
  const candidates = model.operations.filter(({ method, parameters }) => {
    return (
      method === "GET" &&
      parameters.every(({ required, clientDefault }) => !required || clientDefault !== undefined)
    );
  });
  const operation =
    candidates.find(({ policies }) => policies.pagination) ?? candidates[0] ?? model.operations[0];
  if (!operation) return { call: undefined };
  const path = operation.parameters.filter(
    ({ in: place, clientDefault }) => place === "path" && clientDefault === undefined,
  );
  return {
    call: `client.${operation.resource.join(".")}.${operation.methodName}(${path.map(({ name }) => JSON.stringify(name)).join(", ")})`,
    function: operation.names.function,
    isPaginated: operation.policies.pagination !== undefined,
  };
}
