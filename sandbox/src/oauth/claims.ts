import { eq } from "drizzle-orm";

import type { Db } from "../database/open.js";
import { users } from "../database/schema.js";

export const SIGNING_ALGORITHM = "RS256";

/** What an ID token or the userinfo endpoint may tell. */
export const CLAIMS = [
  "iss",
  "sub",
  "aud",
  "exp",
  "iat",
  "auth_time",
  "nonce",
  "name",
  "picture",
  "email",
  "email_verified",
];

/** What the scopes let an app know of a person (OpenID Connect Core 1.0, section 5.4). */
export async function claimsOf(
  db: Db,
  userId: string,
  scopes: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const [user] = await db.select().from(users).where(eq(users.userId, userId));
  const { name = null, avatarUrl = null, email = null } = user ?? {};
  return {
    ...(scopes.includes("profile") && {
      ...(name !== null && { name }),
      ...(avatarUrl !== null && { picture: avatarUrl }),
    }),
    ...(scopes.includes("email") && email !== null && { email, email_verified: true }),
  };
}
