import type { Clock } from "../clock.js";
import type { Database } from "../database/open.js";
import type { Ids } from "../ids.js";

/** What the OAuth server is made of. */
export interface OAuthParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** All scopes, with what each allows. */
  readonly scopes: Readonly<Record<string, string>>;
  /** The address that others know this server by; unless given, the one that the request was sent to. */
  readonly publicUrl?: string | undefined;
}

/** The issuer, as clients know it: an origin without a slash at the end. */
export function issuerOf(request: Request, { publicUrl }: OAuthParts): string {
  return new URL(publicUrl ?? request.url).origin;
}
