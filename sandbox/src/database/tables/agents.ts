import { sql } from "drizzle-orm";
import { boolean, index, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";

import { moment, oneOf, texts, version } from "../columns.js";
import { oauthApps } from "./credentials.js";
import { users, workspaces } from "./people.js";
import { tasks } from "./tasks.js";

interface PlanStep {
  text: string;
  done: boolean;
}

export const agents = pgTable(
  "agents",
  {
    agentId: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.workspaceId),
    /** The app that it is a capability of. */
    clientId: text().references(() => oauthApps.clientId, { onDelete: "set null" }),
    name: text().notNull(),
    avatarUrl: text(),
    active: boolean().notNull().default(true),
    capabilities: texts(),
    createdAt: moment().notNull(),
    version: version(),
  },
  (table) => [index().on(table.workspaceId, table.name)],
);

/** Running instances of agents; each belongs to the member who registered it. */
export const workers = pgTable(
  "workers",
  {
    workerId: text().primaryKey(),
    workspaceId: text().notNull(),
    agentId: text()
      .notNull()
      .references(() => agents.agentId, { onDelete: "cascade" }),
    userId: text()
      .notNull()
      .references(() => users.userId),
    mode: text({ enum: ["local", "cloud"] }).notNull(),
    name: text().notNull(),
    registeredAt: moment().notNull(),
    /** Online until 90 seconds after this. */
    lastSeenAt: moment().notNull(),
  },
  (table) => [uniqueIndex().on(table.agentId, table.userId, table.name)],
);

/** What a worker shall be told with its next heartbeat. */
export const workerCommands = pgTable(
  "worker_commands",
  {
    commandId: text().primaryKey(),
    workspaceId: text().notNull(),
    workerId: text()
      .notNull()
      .references(() => workers.workerId, { onDelete: "cascade" }),
    type: oneOf<"stop" | "cancel_session">().notNull(),
    sessionId: text(),
    createdAt: moment().notNull(),
  },
  (table) => [index().on(table.workerId, table.createdAt)],
);

export const agentSessions = pgTable(
  "agent_sessions",
  {
    sessionId: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.workspaceId),
    agentId: text()
      .notNull()
      .references(() => agents.agentId),
    executionMode: text({ enum: ["local", "cloud"] }).notNull(),
    state: oneOf<
      "pending" | "queued" | "active" | "awaiting_input" | "stale" | "complete" | "error" | "cancelled"
    >().notNull(),
    initiatedByUserId: text().notNull(),
    ownerUserId: text(),
    taskId: text().references(() => tasks.taskId),
    prompt: text().notNull(),
    instructions: text(),
    context: text(),
    activeClaimId: text(),
    plan: jsonb().$type<PlanStep[]>().notNull().default([]),
    externalUrl: text(),
    question: text(),
    answer: text(),
    errorMessage: text(),
    retryOfSessionId: text(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
    startedAt: moment(),
    finishedAt: moment(),
    archivedAt: moment(),
    version: version(),
  },
  (table) => [
    index().on(table.workspaceId, table.createdAt, table.sessionId),
    index().on(table.workspaceId, table.state, table.createdAt),
    index().on(table.taskId),
  ],
);

/** Leases on sessions. The database itself allows one live lease for a session, and one for a worker. */
export const claims = pgTable(
  "claims",
  {
    claimId: text().primaryKey(),
    workspaceId: text().notNull(),
    sessionId: text()
      .notNull()
      .references(() => agentSessions.sessionId, { onDelete: "cascade" }),
    /** No reference: claims outlive the registration of their worker. */
    workerId: text().notNull(),
    state: oneOf<"active" | "completed" | "failed" | "released" | "expired" | "cancelled">().notNull(),
    tokenHash: text().notNull(),
    createdAt: moment().notNull(),
    expiresAt: moment().notNull(),
    endedAt: moment(),
  },
  (table) => [
    uniqueIndex("claims_one_live_of_session")
      .on(table.sessionId)
      .where(sql`${table.state} = 'active'`),
    uniqueIndex("claims_one_live_of_worker")
      .on(table.workerId)
      .where(sql`${table.state} = 'active'`),
    index("claims_live_expiry")
      .on(table.expiresAt)
      .where(sql`${table.state} = 'active'`),
  ],
);

/** What workers reported; rows are only added. */
export const activities = pgTable(
  "activities",
  {
    activityId: text().primaryKey(),
    workspaceId: text().notNull(),
    sessionId: text()
      .notNull()
      .references(() => agentSessions.sessionId, { onDelete: "cascade" }),
    claimId: text().notNull(),
    type: oneOf<"progress" | "plan" | "url" | "completion" | "failure" | "policy">().notNull(),
    /** Of all types but `plan` and `url`. */
    text: text(),
    url: text(),
    steps: jsonb().$type<PlanStep[]>(),
    createdAt: moment().notNull(),
  },
  (table) => [index().on(table.sessionId, table.createdAt, table.activityId)],
);
