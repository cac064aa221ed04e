import { index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

import { moment, oneOf, version } from "../columns.js";
import { users, workspaces } from "./people.js";

type TeamRole = "admin" | "coordinator" | "member" | "observer";

export const teams = pgTable(
  "teams",
  {
    teamId: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.workspaceId),
    name: text().notNull(),
    icon: text(),
    parentTeamId: text(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
    version: version(),
  },
  (table) => [index().on(table.workspaceId, table.name, table.teamId), index().on(table.parentTeamId)],
);

export const teamMembers = pgTable(
  "team_members",
  {
    workspaceId: text().notNull(),
    teamId: text()
      .notNull()
      .references(() => teams.teamId, { onDelete: "cascade" }),
    userId: text()
      .notNull()
      .references(() => users.userId),
    role: oneOf<TeamRole>().notNull(),
    joinedAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.teamId, table.userId] }),
    index().on(table.workspaceId, table.userId),
  ],
);

/** Invitations outlive neither their team nor, while pending, their seven days (`expiresAt`). */
export const teamInvites = pgTable(
  "team_invites",
  {
    inviteId: text().primaryKey(),
    workspaceId: text().notNull(),
    teamId: text()
      .notNull()
      .references(() => teams.teamId, { onDelete: "cascade" }),
    /** In lower case, so that it can be compared. */
    email: text().notNull(),
    role: oneOf<TeamRole>().notNull(),
    /** `expired` is never stored: a pending one past `expiresAt` is expired. */
    status: oneOf<"pending" | "accepted" | "revoked">().notNull(),
    invitedBy: text(),
    createdAt: moment().notNull(),
    expiresAt: moment().notNull(),
  },
  (table) => [index().on(table.teamId, table.createdAt, table.inviteId)],
);
