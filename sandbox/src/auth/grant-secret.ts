import { randomBytes } from "node:crypto";

import { seal, unseal } from "./seal.js";

const PURPOSE = "grant";

/**
 * A secret for all tokens of a grant, so that what is sealed with it outlives a token. It is kept sealed with each of
 * them, and so is known to nobody but who has one.
 */
export function createGrantSecret(): string {
  return randomBytes(32).toString("base64");
}

/** The form in which a token keeps it. */
export function sealGrantSecret(grantSecret: string, token: string): Promise<string> {
  return seal(token, PURPOSE, grantSecret);
}

/** Takes it out of what a token keeps. */
export async function grantSecretOf(token: string, sealed: string | null): Promise<string | undefined> {
  return sealed === null ? undefined : unseal(token, PURPOSE, sealed);
}
