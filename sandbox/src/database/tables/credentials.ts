import { boolean, index, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";

import { moment, texts } from "../columns.js";
import { users, workspaces } from "./people.js";

/** API keys. Only a hash of the secret is kept. */
export const apiKeys = pgTable(
  "api_keys",
  {
    apiKeyId: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.workspaceId),
    description: text().notNull(),
    prefix: text().notNull(),
    secretHash: text().notNull(),
    createdBy: text()
      .notNull()
      .references(() => users.userId),
    createdAt: moment().notNull(),
    expiresAt: moment(),
    lastUsedAt: moment(),
    revokedAt: moment(),
  },
  (table) => [
    uniqueIndex().on(table.secretHash),
    index().on(table.workspaceId, table.createdAt, table.apiKeyId),
  ],
);

/** Apps that sign members in. */
export const oauthApps = pgTable("oauth_apps", {
  clientId: text().primaryKey(),
  /** The workspace whose admins made it; null when it registered itself. */
  workspaceId: text().references(() => workspaces.workspaceId),
  name: text().notNull(),
  logoUrl: text(),
  homepageUrl: text(),
  privacyUrl: text(),
  termsUrl: text(),
  redirectUris: texts(),
  /** All that it may ask for; null when that is anything. */
  scopes: text().array(),
  /** Null for a public client. */
  secretHash: text(),
  registered: boolean().notNull().default(false),
  createdAt: moment().notNull(),
  /** When somebody last signed in with it. */
  lastUsedAt: moment(),
});

/** What a member granted to an app. All tokens of one sign-in share a grant and end with it. */
export const oauthGrants = pgTable(
  "oauth_grants",
  {
    grantId: text().primaryKey(),
    clientId: text()
      .notNull()
      .references(() => oauthApps.clientId, { onDelete: "cascade" }),
    userId: text()
      .notNull()
      .references(() => users.userId),
    scopes: texts(),
    createdAt: moment().notNull(),
    revokedAt: moment(),
  },
  (table) => [index().on(table.userId)],
);

/** Authorization codes, by hash; each works once. */
export const oauthCodes = pgTable(
  "oauth_codes",
  {
    codeHash: text().primaryKey(),
    grantId: text()
      .notNull()
      .references(() => oauthGrants.grantId, { onDelete: "cascade" }),
    redirectUri: text().notNull(),
    codeChallenge: text().notNull(),
    nonce: text(),
    expiresAt: moment().notNull(),
    usedAt: moment(),
  },
  (table) => [index().on(table.grantId)],
);

/** Access and refresh tokens, by hash. */
export const oauthTokens = pgTable(
  "oauth_tokens",
  {
    tokenHash: text().primaryKey(),
    kind: text({ enum: ["access", "refresh"] }).notNull(),
    grantId: text()
      .notNull()
      .references(() => oauthGrants.grantId, { onDelete: "cascade" }),
    scopes: texts(),
    /** The secret of the grant, which all its tokens share, and which only they open. */
    sealedSecret: text(),
    createdAt: moment().notNull(),
    expiresAt: moment().notNull(),
    /** When a refresh token was replaced: using it again ends the grant. */
    usedAt: moment(),
    revokedAt: moment(),
  },
  (table) => [index().on(table.grantId)],
);
