import { contract } from "@workspace-api/server";

import type { Clock } from "../clock.js";
import type { Database } from "../database/open.js";
import type { Ids } from "../ids.js";
import { PATHS } from "./paths.js";

/** What the OAuth server is made of. */
export interface OAuthParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** All scopes, with what each allows. */
  readonly scopes: Readonly<Record<string, string>>;
  /** Whether the endpoints that anybody may call are limited by address. */
  readonly isLimited: boolean;
  /** The address that others know this server by; unless given, the one that the request was sent to. */
  readonly publicUrl?: string | undefined;
}

/** The API, as the resource that tokens are for (RFC 8707). */
export function resourceOf(request: Request, parts: Pick<OAuthParts, "publicUrl">): string {
  return issuerOf(request, parts) + contract.basePath;
}

/** Where the metadata of the API as a resource is (RFC 9728). */
export function protectedResourceOf(request: Request, { publicUrl }: Pick<OAuthParts, "publicUrl">): string {
  return issuerOf(request, { publicUrl }) + PATHS.protectedResource + contract.basePath;
}

/** The issuer, as clients know it: an origin without a slash at the end. */
export function issuerOf(request: Request, { publicUrl }: Pick<OAuthParts, "publicUrl">): string {
  return new URL(publicUrl ?? request.url).origin;
}
