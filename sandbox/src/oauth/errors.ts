/** The error codes of RFC 6749, 7009 and 7591 that this server uses. */
export type OAuthErrorCode =
  | "invalid_request"
  | "invalid_client"
  | "invalid_grant"
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "unsupported_response_type"
  | "invalid_scope"
  | "access_denied"
  | "invalid_redirect_uri"
  | "invalid_client_metadata"
  | "invalid_target"
  | "login_required";

/** Ends a request with an error that OAuth defines. The description is for the developer of the app. */
export class OAuthError extends Error {
  override readonly name = "OAuthError";

  constructor(
    readonly code: OAuthErrorCode,
    readonly description: string,
  ) {
    super(`${code}: ${description}`);
  }
}

const NO_STORE = { "Cache-Control": "no-store", Pragma: "no-cache" };

/** A JSON answer that no cache may keep. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(body, { status, headers: { ...NO_STORE, ...headers } });
}

/** An error of the token, revocation or registration endpoint. */
export function errorResponse(error: OAuthError, usedBasic: boolean): Response {
  const isUnauthorized = error.code === "invalid_client";
  return json(
    { error: error.code, error_description: error.description },
    isUnauthorized ? 401 : 400,
    isUnauthorized && usedBasic ? { "WWW-Authenticate": 'Basic realm="workspace"' } : {},
  );
}
