import type { OAuthFlow } from "../../model/api-model.js";
import { render } from "../../kit/templates.js";
import { dataLiteral, stringLiteral } from "../../kit/typescript/literals.js";
import { semanticVersion } from "../../kit/typescript/package-version.js";
import { oneLine, prose, tsdoc } from "../../kit/typescript/tsdoc.js";
import type { ClientScope } from "./operation-code.js";

/** `src/oauth.ts`: signing in. Only for APIs with an authorization-code flow. */
export function emitOAuth({ model, header }: ClientScope, packageName: string): string | undefined {
  const flows = model.securitySchemes.flatMap(({ flows: own = [] }) => own);
  const flow = flows.find(({ grant }) => grant === "authorizationCode");
  if (!flow) return undefined;
  const scopes = Object.entries(flow.scopes);
  return render("client/src/oauth.ts.hbs", {
    header,
    title: oneLine(model.title).replaceAll("*/", "*\\/"),
    definition: dataLiteral({
      ...endpointsOf(flow, model.servers[0]?.url),
      scopes: scopes.map(([name]) => name),
      agent: `${packageName}/${semanticVersion(model.version)}`,
    }),
    scopeDoc: tsdoc([
      "What an app can ask for.",
      ...(scopes.length > 0 ? [""] : []),
      ...scopes.flatMap(([name, text]) => prose(`- \`${name}\`: ${oneLine(text) || "no description"}`)),
    ]),
    scopeType: scopes.length > 0 ? scopes.map(([name]) => stringLiteral(name)).join(" | ") : "string",
  });
}

/** Endpoints on the API's own host are written without it, so that they move with a client's base URL. */
function endpointsOf(
  { authorizationUrl, tokenUrl, refreshUrl }: OAuthFlow,
  server: string | undefined,
): object {
  const baseUrl = server !== undefined && URL.canParse(server) ? server : undefined;
  const home = baseUrl === undefined ? undefined : new URL(baseUrl).origin;
  const urls = Object.entries({ authorizationUrl, tokenUrl, refreshUrl }).flatMap(([name, text]) => {
    if (text === undefined) return [];
    if (!URL.canParse(text, baseUrl)) return [[name, text]];
    const url = new URL(text, baseUrl);
    return [[name, url.origin === home ? `${url.pathname}${url.search}` : url.href]];
  });
  return { ...(baseUrl !== undefined && { baseUrl }), ...Object.fromEntries(urls) };
}
