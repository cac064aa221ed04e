import { readExtensions } from "./read-annotations.js";
import type { OAuthFlow, SecurityRequirement, SecurityScheme } from "./api-model.js";
import type { ModelContext } from "./context.js";
import {
  arrayOf,
  compact,
  isObject,
  mapValues,
  objectOf,
  pointer,
  stringOf,
  stringsOf,
  textOf,
} from "../base/json.js";
import type { JsonObject } from "../base/json.js";

const GRANTS = [
  "authorizationCode",
  "clientCredentials",
  "implicit",
  "password",
  "deviceAuthorization",
] as const;

/** The ways to authenticate that a document declares. */
export function readSecuritySchemes(context: ModelContext): SecurityScheme[] {
  const schemes = objectOf(objectOf(context.document["components"])["securitySchemes"]);
  return Object.entries(schemes).map(([name, value]) => {
    const scheme = context.resolve(value, pointer("/components/securitySchemes", name)).value;
    const place = (["header", "query", "cookie"] as const).find((candidate) => candidate === scheme["in"]);
    return compact<SecurityScheme>({
      name,
      kind: kindOf(scheme),
      description: textOf(scheme["description"]),
      deprecated: scheme["deprecated"] === true ? true : undefined,
      scheme: scheme["type"] === "http" ? stringOf(scheme["scheme"]) : undefined,
      bearerFormat: textOf(scheme["bearerFormat"]),
      openIdConnectUrl: stringOf(scheme["openIdConnectUrl"]),
      oauth2MetadataUrl: stringOf(scheme["oauth2MetadataUrl"]),
      extensions: readExtensions(scheme),
      in: scheme["type"] === "apiKey" ? (place ?? "header") : undefined,
      parameterName: scheme["type"] === "apiKey" ? stringOf(scheme["name"]) : undefined,
      flows: scheme["type"] === "oauth2" ? readFlows(objectOf(scheme["flows"])) : undefined,
    });
  });
}

function kindOf(scheme: JsonObject): SecurityScheme["kind"] {
  if (scheme["type"] === "http") {
    const name = stringOf(scheme["scheme"])?.toLowerCase();
    if (name === "bearer" || name === "basic") return name;
    return name === undefined || name === "" ? "other" : "http";
  }
  return (["apiKey", "oauth2", "openIdConnect"] as const).find((kind) => kind === scheme["type"]) ?? "other";
}

function readFlows(flows: JsonObject): OAuthFlow[] {
  return GRANTS.filter((grant) => isObject(flows[grant])).map((grant) => {
    const flow = objectOf(flows[grant]);
    return compact<OAuthFlow>({
      grant,
      authorizationUrl: stringOf(flow["authorizationUrl"]),
      tokenUrl: stringOf(flow["tokenUrl"]),
      refreshUrl: stringOf(flow["refreshUrl"]),
      deviceAuthorizationUrl: stringOf(flow["deviceAuthorizationUrl"]),
      scopes: mapValues(objectOf(flow["scopes"]), (text) => stringOf(text) ?? ""),
    });
  });
}

/** The alternatives of a `security` list; names that no scheme declares are left out. */
export function readSecurity(context: ModelContext, value: unknown, at: string): SecurityRequirement[] {
  const declared = objectOf(objectOf(context.document["components"])["securitySchemes"]);
  return arrayOf(value).flatMap((alternative, index) => {
    const entries = Object.entries(objectOf(alternative));
    const missing = entries.find(([scheme]) => !Object.hasOwn(declared, scheme));
    if (!missing) return [entries.map(([scheme, scopes]) => ({ scheme, scopes: stringsOf(scopes) }))];
    const message = `The security scheme "${missing[0]}" is not declared; this alternative is ignored.`;
    const remedy = `Declare it under components.securitySchemes or remove it.`;
    context.warn("security-scheme-declared", pointer(at, index), message, remedy);
    return [];
  });
}
