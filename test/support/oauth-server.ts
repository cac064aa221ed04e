import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

import { json, listen } from "./api-server.js";

/** A request to the token endpoint, as it came. */
export interface TokenRequest {
  readonly form: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
}

/** How the server behaves; tests change it while it runs. */
export interface Behaviour {
  /** In place of the metadata of RFC 8414; null: it has none. */
  metadata?: Record<string, unknown> | null;
  /** What a token answer says besides the tokens. */
  extras: Record<string, unknown>;
  isRotating: boolean;
  /** Comes before each answer of the token endpoint; true: it has answered by itself. */
  before: (request: TokenRequest, response: ServerResponse) => boolean | Promise<boolean>;
  /** Comes after the server has done its part; true: the answer is lost. */
  after: (request: TokenRequest, response: ServerResponse) => boolean | Promise<boolean>;
}

interface App {
  readonly secret?: string | undefined;
  readonly redirectUris: readonly string[];
}

interface Code {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly scope: string;
}

interface Family {
  readonly clientId: string;
  scope: string;
  refreshToken: string;
  accessToken: string;
  isRevoked: boolean;
}

/** An authorization server on a free port, and an API beside it that takes its tokens. It forgives nothing. */
export async function serveOAuth(behaviour: Partial<Behaviour> = {}) {
  const server = new OAuthServer({
    extras: { expires_in: 3600 },
    isRotating: true,
    before: () => false,
    after: () => false,
    ...behaviour,
  });
  server.url = await listen((request, response) => void server.handle(request, response));
  return server;
}

export class OAuthServer {
  url = "";
  readonly apps = new Map<string, App>([["app", { redirectUris: ["https://app.example/callback"] }]]);
  readonly tokenRequests: TokenRequest[] = [];
  readonly apiRequests: { path: string; authorization: string | undefined; body: string }[] = [];
  readonly registrations: Record<string, unknown>[] = [];
  readonly families: Family[] = [];
  /** How often an old refresh token came, which is what a thief would do. */
  reuses = 0;
  readonly #codes = new Map<string, Code>();
  readonly #used = new Map<string, Family>();
  readonly #accepted = new Map<string, Family>();

  constructor(readonly behaviour: Behaviour) {}

  get refreshes(): number {
    return this.tokenRequests.filter(({ form }) => form.get("grant_type") === "refresh_token").length;
  }

  /** What a browser does at the authorization endpoint when the person approves: the URL that it comes back with. */
  approve(target: string, iss = true): string {
    const { searchParams: query } = new URL(target);
    const [clientId = "", redirectUri = "", challenge = ""] = [
      "client_id",
      "redirect_uri",
      "code_challenge",
    ].map((name) => query.get(name) ?? "");
    if (!this.apps.get(clientId)?.redirectUris.includes(redirectUri)) throw new Error("unknown redirect URI");
    if (query.get("code_challenge_method") !== "S256" || !/^[\w-]{43}$/.test(challenge))
      throw new Error("no PKCE");
    if (query.get("response_type") !== "code" || !query.get("state")) throw new Error("malformed request");
    const code = randomUUID();
    this.#codes.set(code, { clientId, redirectUri, challenge, scope: query.get("scope") ?? "" });
    const back = new URL(redirectUri);
    back.searchParams.set("code", code);
    back.searchParams.set("state", query.get("state") ?? "");
    if (iss) back.searchParams.set("iss", this.url);
    return back.href;
  }

  /** A sign-in without a browser: the tokens that a store would hold. */
  signedIn(clientId = "app"): Family {
    const family = { clientId, scope: "read", refreshToken: "", accessToken: "", isRevoked: false };
    this.families.push(family);
    this.#issue(family);
    return family;
  }

  /** From now on the API takes none of the access tokens that are about. */
  expireAccess(): void {
    this.#accepted.clear();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const path = request.url ?? "";
    if (path.startsWith("/.well-known/oauth-authorization-server")) return this.#metadata(response);
    if (path === "/register") return this.#register(JSON.parse(body), response);
    if (path === "/token")
      return this.#token({ form: new URLSearchParams(body), headers: request.headers }, response);
    if (path === "/revoke")
      return this.#revoke({ form: new URLSearchParams(body), headers: request.headers }, response);
    if (path.startsWith("/api/")) return this.#api(path, request.headers.authorization, body, response);
    json(response, 404, { code: "not_found", message: "no such path" });
  }

  #metadata(response: ServerResponse): void {
    const { metadata } = this.behaviour;
    if (metadata === null) return json(response, 404, {});
    json(response, 200, {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      revocation_endpoint: `${this.url}/revoke`,
      registration_endpoint: `${this.url}/register`,
      authorization_response_iss_parameter_supported: true,
      ...metadata,
    });
  }

  #register(metadata: Record<string, unknown>, response: ServerResponse): void {
    this.registrations.push(metadata);
    const { redirect_uris: uris, token_endpoint_auth_method: method } = metadata;
    if (!Array.isArray(uris) || uris.length === 0)
      return json(response, 400, { error: "invalid_redirect_uri" });
    const id = `app-${this.apps.size}`;
    const secret = method === "none" ? undefined : `s:${randomUUID()}%`;
    this.apps.set(id, { secret, redirectUris: uris.map(String) });
    json(response, 201, {
      ...metadata,
      client_id: id,
      ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    });
  }

  async #token(request: TokenRequest, response: ServerResponse): Promise<void> {
    this.tokenRequests.push(request);
    if (await this.behaviour.before(request, response)) return;
    if (response.destroyed) return;
    const clientId = this.#authenticated(request);
    if (clientId === undefined) {
      return json(response, 401, { error: "invalid_client" }, { "www-authenticate": 'Basic realm="tokens"' });
    }
    const { form } = request;
    const family =
      form.get("grant_type") === "refresh_token" ? this.#refreshed(form) : this.#exchanged(clientId, form);
    if (!family || family.isRevoked || family.clientId !== clientId) {
      return json(response, 400, {
        error: "invalid_grant",
        error_description: `no ${form.get("refresh_token")}`,
      });
    }
    const isNew = form.get("grant_type") !== "refresh_token" || this.behaviour.isRotating;
    this.#issue(family, isNew);
    if (await this.behaviour.after(request, response)) return;
    json(response, 200, {
      access_token: family.accessToken,
      token_type: "Bearer",
      ...(isNew && { refresh_token: family.refreshToken }),
      ...this.behaviour.extras,
    });
  }

  /** The app, if it has proven to be it (RFC 6749, section 2.3.1). */
  #authenticated({ form, headers }: TokenRequest): string | undefined {
    const basic = /^Basic (.+)$/.exec(headers.authorization ?? "")?.[1];
    const decode = (text: string): string => new URLSearchParams(`a=${text}`).get("a") ?? "";
    const [id, secret] =
      basic === undefined
        ? [form.get("client_id") ?? "", form.get("client_secret") ?? undefined]
        : Buffer.from(basic, "base64").toString().split(":").map(decode);
    const app = this.apps.get(id ?? "");
    return app && app.secret === secret ? id : undefined;
  }

  #exchanged(clientId: string, form: URLSearchParams): Family | undefined {
    const code = this.#codes.get(form.get("code") ?? "");
    this.#codes.delete(form.get("code") ?? "");
    const hash = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (
      code?.clientId !== clientId ||
      code.redirectUri !== form.get("redirect_uri") ||
      code.challenge !== hash
    )
      return undefined;
    const family = { clientId, scope: code.scope, refreshToken: "", accessToken: "", isRevoked: false };
    this.families.push(family);
    return family;
  }

  #refreshed(form: URLSearchParams): Family | undefined {
    const token = form.get("refresh_token") ?? "";
    const thief = this.#used.get(token);
    if (thief) {
      this.reuses++;
      thief.isRevoked = true;
    }
    return this.families.find(({ refreshToken }) => refreshToken === token);
  }

  #issue(family: Family, isRotating = true): void {
    if (isRotating && family.refreshToken) this.#used.set(family.refreshToken, family);
    family.accessToken = `access-${randomUUID()}`;
    this.#accepted.set(family.accessToken, family);
    if (isRotating) family.refreshToken = `refresh-${randomUUID()}`;
  }

  #revoke(request: TokenRequest, response: ServerResponse): void {
    if (this.#authenticated(request) === undefined) return json(response, 401, { error: "invalid_client" });
    const token = request.form.get("token");
    for (const family of this.families) if (family.refreshToken === token) family.isRevoked = true;
    response.writeHead(200).end();
  }

  #api(path: string, authorization: string | undefined, body: string, response: ServerResponse): void {
    this.apiRequests.push({ path, authorization, body });
    const family = this.#accepted.get(/^Bearer (.*)$/.exec(authorization ?? "")?.[1] ?? "");
    if (family && !family.isRevoked) return json(response, 200, { fine: true });
    json(response, 401, { code: "unauthenticated" }, { "www-authenticate": 'Bearer error="invalid_token"' });
  }
}
