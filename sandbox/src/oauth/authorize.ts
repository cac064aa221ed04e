import { randomBytes } from "node:crypto";

import { and, asc, eq, isNotNull, sql } from "drizzle-orm";

import { memberships, users, workspaces } from "../database/schema.js";
import { findClient, type Client } from "./clients.js";
import { consentPage, problemPage, type Person } from "./pages.js";
import { OAuthError, type OAuthErrorCode } from "./errors.js";
import { grant } from "./grants.js";
import { formOf, need, parametersOf, scopesOf, type Parameters } from "./parameters.js";
import { issuerOf, resourceOf, type OAuthParts } from "./parts.js";
import { isRegistered, mayBeRegistered, withParameters } from "./redirects.js";

const DEFAULT_SCOPES = ["openid", "profile", "email"];
const COOKIE = "consent";
/** What the form carries on from the request, to be checked again when it comes back. */
const CARRIED = [
  "client_id",
  "redirect_uri",
  "response_type",
  "scope",
  "state",
  "code_challenge",
  "code_challenge_method",
  "nonce",
  "resource",
];
/** Proves that the form came from this page; `nonce` is OpenID's name for something of the app. */
const PROOF = "proof";

interface Asked {
  readonly client: Client;
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly scopes: readonly string[];
  readonly codeChallenge: string;
  readonly nonce: string | undefined;
}

/** Shows the page on which a member signs in and agrees. */
export async function showConsent(request: Request, parts: OAuthParts): Promise<Response> {
  return guarded(request, parts, async () => {
    const parameters = parametersOf(new URL(request.url).searchParams);
    const asked = await askedOf(request, parameters, parts);
    // Nobody stays signed in here, so that nobody can be signed in without this page.
    if (parameters["prompt"] === "none") throw callback(asked, "login_required", "The member must sign in.");
    // The same for all tabs of a browser, so that none spoils the other's sign-in.
    const proof = cookieOf(request) ?? randomBytes(24).toString("base64url");
    const carried = CARRIED.flatMap((name) => {
      const value = parameters[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    return consentPage(
      {
        client: asked.client,
        people: await peopleOf(parts),
        scopes: asked.scopes.map((scope) => [scope, parts.scopes[scope] ?? scope] as const),
        carried: [...carried, [PROOF, proof]],
        redirectUri: asked.redirectUri,
      },
      `${COOKIE}=${proof}; Path=/app/auth; HttpOnly; SameSite=Strict; Max-Age=600`,
    );
  });
}

/** Takes the member's decision and sends them back to the app. */
export async function decide(request: Request, parts: OAuthParts): Promise<Response> {
  return guarded(request, parts, async () => {
    const form = await formOf(request);
    const allowed = form.getAll("allow");
    form.delete("allow");
    const parameters = parametersOf(form);
    checkOrigin(request, parameters);
    const asked = await askedOf(request, parameters, parts);
    const scopes = asked.scopes.filter((scope) => allowed.includes(scope));
    if (parameters["decision"] !== "allow") {
      throw callback(asked, "access_denied", "The member declined.");
    }
    if (scopes.length === 0) throw callback(asked, "access_denied", "The member allowed nothing.");
    const userId = need(parameters, "user");
    const people = await peopleOf(parts);
    if (!people.some((person) => person.userId === userId)) return problemPage("There is no such member.");
    const code = await grant(
      {
        clientId: asked.client.clientId,
        userId,
        scopes,
        redirectUri: asked.redirectUri,
        codeChallenge: asked.codeChallenge,
        nonce: asked.nonce,
      },
      parts,
    );
    return redirect(asked.redirectUri, { code, state: asked.state, iss: issuerOf(request, parts) });
  });
}

/** An error that the app is told of by its callback. */
class CallbackError extends Error {
  constructor(
    readonly redirectUri: string,
    readonly parameters: Parameters,
  ) {
    super(parameters["error"]);
  }
}

function callback(
  { redirectUri, state }: Pick<Asked, "redirectUri" | "state">,
  error: OAuthErrorCode,
  description: string,
): CallbackError {
  return new CallbackError(redirectUri, { error, error_description: description, state });
}

/** Tells errors to the app where its callback is known to be its own, and otherwise to the person. */
async function guarded(request: Request, parts: OAuthParts, run: () => Promise<Response>): Promise<Response> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof CallbackError) {
      return redirect(error.redirectUri, { ...error.parameters, iss: issuerOf(request, parts) });
    }
    if (error instanceof OAuthError) return problemPage(error.description);
    throw error;
  }
}

async function askedOf(request: Request, parameters: Parameters, parts: OAuthParts): Promise<Asked> {
  const client = await findClient(parts.database.db, need(parameters, "client_id"));
  if (client === undefined) throw new OAuthError("invalid_client", "There is no app with this client_id.");
  const redirectUri = need(parameters, "redirect_uri");
  if (!isRegistered(redirectUri, client.redirectUris) || !mayBeRegistered(redirectUri)) {
    throw new OAuthError("invalid_redirect_uri", "The app has not registered this redirect_uri.");
  }
  const state = parameters["state"];
  const back = (code: OAuthErrorCode, description: string): CallbackError =>
    callback({ redirectUri, state }, code, description);
  if (parameters["response_type"] === undefined) {
    throw back("invalid_request", "The parameter response_type is missing.");
  }
  if (parameters["response_type"] !== "code") {
    throw back("unsupported_response_type", "response_type must be code.");
  }
  const codeChallenge = parameters["code_challenge"];
  if (codeChallenge === undefined || !/^[\w-]{43}$/.test(codeChallenge)) {
    throw back("invalid_request", "code_challenge must be the base64url of a SHA-256 (RFC 7636, S256).");
  }
  if ((parameters["code_challenge_method"] ?? "S256") !== "S256") {
    throw back("invalid_request", "code_challenge_method must be S256.");
  }
  const own = client.scopes ?? undefined;
  const scopes = parameters["scope"] === undefined ? (own ?? DEFAULT_SCOPES) : scopesOf(parameters["scope"]);
  if (scopes.some((scope) => !Object.hasOwn(parts.scopes, scope))) {
    throw back("invalid_scope", "scope names a scope that does not exist.");
  }
  if (own !== undefined && scopes.some((scope) => !own.includes(scope))) {
    throw back("invalid_scope", "scope names a scope that the app has not registered.");
  }
  const { resource, nonce } = parameters;
  if (resource !== undefined && ![issuerOf(request, parts), resourceOf(request, parts)].includes(resource)) {
    throw back("invalid_target", "resource must be the address of the API.");
  }
  return { client, redirectUri, state, scopes, codeChallenge, nonce };
}

/**
 * A decision counts only from our own page: its proof is in a cookie that no other site can send, and a browser that
 * tells where the form came from must name this server.
 */
function checkOrigin(request: Request, parameters: Parameters): void {
  const cookie = cookieOf(request);
  const origin = request.headers.get("origin");
  const isOurs = origin === null || origin === new URL(request.url).origin;
  if (cookie === undefined || cookie !== parameters[PROOF] || !isOurs) {
    throw new OAuthError(
      "invalid_request",
      "The form did not come from this page, or is too old. Start again.",
    );
  }
}

function cookieOf(request: Request): string | undefined {
  return new RegExp(`(?:^|; *)${COOKIE}=([\\w-]{32})(?:;|$)`).exec(request.headers.get("cookie") ?? "")?.[1];
}

/** Whoever is an active member of some workspace may sign in. Each is shown once, with the workspace they begin in. */
async function peopleOf({ database }: OAuthParts): Promise<Person[]> {
  const found = await database.db
    .select({
      userId: users.userId,
      name: users.name,
      email: users.email,
      role: memberships.role,
      workspace: workspaces.name,
    })
    .from(users)
    .innerJoin(memberships, eq(memberships.userId, users.userId))
    .innerJoin(workspaces, eq(workspaces.workspaceId, memberships.workspaceId))
    .where(and(eq(memberships.status, "active"), isNotNull(users.name)))
    .orderBy(
      asc(users.name),
      asc(users.userId),
      sql`${memberships.workspaceId} = ${users.defaultWorkspaceId} desc nulls last`,
      asc(memberships.joinedAt),
    );
  return found.filter(({ userId }, index) => found[index - 1]?.userId !== userId);
}

function redirect(uri: string, parameters: Parameters): Response {
  return new Response(null, {
    status: 303,
    headers: { Location: withParameters(uri, parameters), "Cache-Control": "no-store" },
  });
}
