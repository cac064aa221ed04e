import type { OperationContract, SecuritySchemeContract } from "@workspace-api/server";

import type { Credential } from "./credential.js";

/** Why a credential does not suffice for an operation, by the codes of the API. */
type AccessRefusal =
  | { readonly code: "oauth_required" }
  | { readonly code: "insufficient_scope"; readonly missing: readonly string[] };

type Schemes = Readonly<Record<string, SecuritySchemeContract>>;

/** Holds a credential against the security alternatives of an operation; `undefined` means that it suffices. */
export function refusalOf(
  credential: Credential,
  security: OperationContract["security"],
  schemes: Schemes,
): AccessRefusal | undefined {
  if (security.length === 0) return undefined;
  const kind = credential.kind === "key" ? "bearer" : "oauth2";
  const fitting = security.flatMap((alternative) =>
    alternative.filter(({ scheme }) => schemes[scheme]?.kind === kind),
  );
  if (credential.kind === "key") return fitting.length > 0 ? undefined : { code: "oauth_required" };
  const missing = fitting.map(({ scopes }) => scopes.filter((scope) => !credential.scopes.has(scope)));
  if (missing.some((scopes) => scopes.length === 0)) return undefined;
  return { code: "insufficient_scope", missing: missing[0] ?? [] };
}
