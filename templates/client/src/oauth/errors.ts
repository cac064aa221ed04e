import { ApiError } from "../runtime/errors.js";

/**
 * The authorization server refused, or its answer is not one that OAuth knows. The tokens are still in place: another
 * attempt may do. The server's own code, such as `access_denied` or `invalid_client`, is in `serverCode`.
 */
export class OAuthError extends ApiError<"oauth_failed"> {
  static override readonly kind = "OAuthError";
  declare readonly name: "OAuthError";
  override readonly code = "oauth_failed";
  /** The error code of RFC 6749 that the server gave. */
  declare readonly serverCode?: string;
}

/** There are no tokens, or none that the server still takes: a person has to sign in (again). */
export class SignInRequiredError extends ApiError<"sign_in_required"> {
  static override readonly kind = "SignInRequiredError";
  declare readonly name: "SignInRequiredError";
  override readonly code = "sign_in_required";
  /** `invalid_grant` where the authorization server said so. */
  declare readonly serverCode?: string;
}

/** The token store failed. Tokens that could not be saved are kept in memory, and saved before they are used next. */
export class TokenStoreError extends ApiError<"token_store_failed"> {
  static override readonly kind = "TokenStoreError";
  declare readonly name: "TokenStoreError";
  override readonly code = "token_store_failed";
}
