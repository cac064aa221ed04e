import type { ApiModel, SecurityScheme } from "../../model/api-model.js";
import { render } from "../../kit/templates.js";
import { dataLiteral, objectLiteral } from "../../kit/typescript/literals.js";
import type { ClientScope } from "./operation-code.js";

/** `src/definition.ts`: what the runtime has to know of the API as a whole. */
export function emitDefinition(scope: ClientScope, packageName: string): string {
  const { model } = scope;
  const limits = model.policies.rateLimits;
  // What learns limits is not shipped where they are stated.
  const isSilent = !limits?.windows?.length;
  return render("client/src/definition.ts.hbs", {
    header: scope.header,
    isSilent,
    definition: objectLiteral([
      ...Object.entries({
        name: packageName,
        version: model.version,
        ...(model.servers[0] ? { server: model.servers[0].url } : {}),
        securitySchemes: Object.fromEntries(schemesOf(model)),
        policy: {
          windows: limits?.windows ?? [],
          refusalStatus: limits?.refusal.status ?? 429,
          ...(limits?.refusal.alternatives ? { refusals: limits.refusal.alternatives } : {}),
          ...(limits?.concurrency === undefined ? {} : { concurrency: limits.concurrency }),
          retry: model.policies.retry,
        },
        defaults: Object.fromEntries(model.clientDefaults.map(({ parameter, value }) => [parameter, value])),
      }).map(([name, value]): [string, string] => [name, dataLiteral(value)]),
      ["learning", isSilent ? "learning" : undefined],
      ["errorCodes", hasRemedies(model) ? CATALOGUE : undefined],
    ]),
  });
}

/** The catalogue is loaded when an error needs it: bundlers keep it apart. */
const CATALOGUE = `async () => (await import("./error-codes.js")).errorCodes`;

function hasRemedies({ errorCodes }: ApiModel): boolean {
  return errorCodes.some(({ remedy }) => remedy !== "");
}

/** The schemes that operations use; others, such as those of webhooks, are not the client's business. */
function schemesOf({ operations, securitySchemes }: ApiModel): [string, object][] {
  const used = new Set(operations.flatMap(({ security }) => security.flat().map(({ scheme }) => scheme)));
  return securitySchemes
    .filter(({ name }) => used.has(name))
    .map((scheme) => [scheme.name, schemeOf(scheme)]);
}

/** How a credential travels: OAuth and OpenID Connect tokens are bearer tokens (RFC 6750). */
function schemeOf(scheme: SecurityScheme): object {
  switch (scheme.kind) {
    case "apiKey":
      return { kind: "apiKey", in: scheme.in, name: scheme.parameterName };
    case "oauth2":
    case "openIdConnect":
      return { kind: "oauth" };
    case "basic":
    case "bearer":
      return { kind: scheme.kind };
    case "http":
      return { kind: "http", scheme: scheme.scheme };
    case "other":
      return { kind: "other" };
  }
}
