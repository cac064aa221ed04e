import { createSecret, hashSecret } from "../auth/secrets.js";
import { oauthApps } from "../database/schema.js";
import { json, OAuthError } from "./errors.js";
import { scopesOf, textOf } from "./parameters.js";
import { mayBeRegistered } from "./redirects.js";
import type { OAuthParts } from "./parts.js";

const METHODS = ["none", "client_secret_basic", "client_secret_post"];
const GRANTS = ["authorization_code", "refresh_token"];

interface Metadata {
  readonly redirect_uris: readonly string[];
  readonly token_endpoint_auth_method: string;
  readonly grant_types: readonly string[];
  readonly response_types: readonly string[];
  readonly client_name: string;
  readonly logo_uri?: string;
  readonly client_uri?: string;
  readonly policy_uri?: string;
  readonly tos_uri?: string;
  readonly scope?: string;
}

/** Dynamic client registration (RFC 7591): any app may register itself and gets an id at once. */
export async function register(
  request: Request,
  { database, clock, ids, scopes }: OAuthParts,
): Promise<Response> {
  const metadata = metadataOf(await bodyOf(request), Object.keys(scopes));
  const clientId = ids("app");
  const createdAt = clock.now();
  const secret = metadata.token_endpoint_auth_method === "none" ? undefined : createSecret("clientSecret");
  await database.db.insert(oauthApps).values({
    clientId,
    name: metadata.client_name,
    logoUrl: metadata.logo_uri,
    homepageUrl: metadata.client_uri,
    privacyUrl: metadata.policy_uri,
    termsUrl: metadata.tos_uri,
    redirectUris: [...metadata.redirect_uris],
    scopes: metadata.scope === undefined ? null : scopesOf(metadata.scope),
    secretHash: secret === undefined ? null : hashSecret(secret),
    registered: true,
    createdAt,
  });
  const issued = { client_id: clientId, client_id_issued_at: Math.floor(createdAt.getTime() / 1000) };
  const proof = secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 };
  return json({ ...issued, ...proof, ...metadata }, 201);
}

async function bodyOf(request: Request): Promise<Readonly<Record<string, unknown>>> {
  let body: unknown;
  try {
    body = JSON.parse(await textOf(request));
  } catch (error) {
    throw error instanceof OAuthError ? error : invalid("The body is not JSON.");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw invalid("The body is no object.");
  return Object.fromEntries(Object.entries(body));
}

/** What is asked for, as far as this server supports it; members that it does not know are dropped. */
function metadataOf(body: Readonly<Record<string, unknown>>, known: readonly string[]): Metadata {
  const redirectUris = listOf(body, "redirect_uris", []);
  const wrong = redirectUris.find((uri) => !mayBeRegistered(uri));
  if (redirectUris.length === 0 || wrong !== undefined) {
    throw new OAuthError(
      "invalid_redirect_uri",
      wrong === undefined
        ? "redirect_uris must name at least one address."
        : "Each of redirect_uris must be https, http on a loopback address, or a scheme such as com.example.app.",
    );
  }
  const scope = textIn(body, "scope", 2000);
  const optional = { logo_uri: linkIn(body, "logo_uri"), client_uri: linkIn(body, "client_uri") };
  const legal = { policy_uri: linkIn(body, "policy_uri"), tos_uri: linkIn(body, "tos_uri") };
  const present = Object.entries({ ...optional, ...legal, scope }).filter(([, value]) => value !== undefined);
  if (scope !== undefined && scopesOf(scope).some((name) => !known.includes(name)))
    throw invalid("scope names an unknown scope.");
  return {
    redirect_uris: redirectUris,
    token_endpoint_auth_method: oneOf(body, "token_endpoint_auth_method", METHODS, "client_secret_basic"),
    grant_types: someOf(body, "grant_types", GRANTS),
    response_types: someOf(body, "response_types", ["code"]),
    client_name: textIn(body, "client_name", 120) ?? "An app",
    ...Object.fromEntries(present),
  };
}

function invalid(description: string): OAuthError {
  return new OAuthError("invalid_client_metadata", description);
}

function textIn(body: Readonly<Record<string, unknown>>, name: string, max: number): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" || value === "" || value.length > max || value.includes("\0")) {
    throw invalid(`${name} must be a text of 1 to ${max} characters.`);
  }
  return value;
}

function linkIn(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const link = textIn(body, name, 2000);
  if (link !== undefined && !(URL.canParse(link) && /^https?:$/.test(new URL(link).protocol))) {
    throw invalid(`${name} must be an http or https address.`);
  }
  return link;
}

function listOf(
  body: Readonly<Record<string, unknown>>,
  name: string,
  fallback: readonly string[],
): string[] {
  const value = body[name] ?? fallback;
  const isText = (item: unknown): boolean =>
    typeof item === "string" && item.length <= 2000 && !item.includes("\0");
  const isList = Array.isArray(value) && value.every(isText);
  if (!isList || value.length > 20) throw invalid(`${name} must be a list of at most 20 texts.`);
  return [...value];
}

function someOf(
  body: Readonly<Record<string, unknown>>,
  name: string,
  supported: readonly string[],
): string[] {
  const values = listOf(body, name, [supported[0] ?? ""]);
  if (values.length === 0 || values.some((value) => !supported.includes(value))) {
    throw invalid(`${name} may hold ${supported.join(" and ")} alone.`);
  }
  return values;
}

function oneOf(
  body: Readonly<Record<string, unknown>>,
  name: string,
  supported: readonly string[],
  fallback: string,
): string {
  const value = textIn(body, name, 100) ?? fallback;
  if (!supported.includes(value)) throw invalid(`${name} must be one of ${supported.join(", ")}.`);
  return value;
}
