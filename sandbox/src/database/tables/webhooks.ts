import { bigserial, boolean, index, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";

import { moment, oneOf, texts, version } from "../columns.js";
import { workspaces } from "./people.js";

export const webhooks = pgTable(
  "webhooks",
  {
    webhookId: text().primaryKey(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.workspaceId),
    url: text().notNull(),
    description: text(),
    /** Null for all events. */
    events: text().array(),
    status: oneOf<"active" | "disabled">().notNull(),
    verified: boolean().notNull().default(false),
    checkedAt: moment(),
    /** Travels with each delivery, so that it signs nothing. */
    verificationKey: text().notNull(),
    /** Kept as it is, since deliveries are signed with it. */
    signingSecret: text().notNull(),
    previousSecret: text("previous_key"),
    previousSecretExpiresAt: moment("previous_key_expires_at"),
    /** The version of the payloads that it is sent. */
    payloadVersion: integer().notNull().default(1),
    /** How many events in a row could not be delivered. */
    failuresInRow: integer().notNull().default(0),
    createdBy: text(),
    /** Whose view of the workspace it has. */
    userId: text(),
    /** The scopes of the token that it was set up with: its receiver learns nothing that they do not let an app read. */
    scopes: texts(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
    version: version(),
  },
  (table) => [index().on(table.workspaceId, table.createdAt)],
);

/**
 * The outbox: events, written in the transaction of the change that they tell of. A column more, `xid`, is filled in by
 * the database: the transaction that wrote them. The feed goes by it, since transactions end in another order than that
 * in which they took their positions.
 */
export const events = pgTable(
  "events",
  {
    eventId: text().primaryKey(),
    /** In which order they were written. */
    position: bigserial({ mode: "number" }).notNull(),
    workspaceId: text()
      .notNull()
      .references(() => workspaces.workspaceId),
    type: text().notNull(),
    subject: text(),
    /** The `data` of the CloudEvent. */
    data: jsonb().$type<Readonly<Record<string, unknown>>>().notNull(),
    /** Whether everybody in the workspace could see the subject when it happened. */
    isPublic: boolean().notNull().default(false),
    /** The teams whose members could see it. */
    teamIds: texts(),
    /** The people who could see it. */
    userIds: texts(),
    /** The task that it hangs on: who may not see that any more does not see the event. */
    taskId: text(),
    createdAt: moment().notNull(),
    /** When deliveries were made of it; null until then. */
    dispatchedAt: moment(),
  },
  (table) => [index().on(table.dispatchedAt, table.position), index().on(table.workspaceId, table.createdAt)],
);

/** Deliveries to be made: one row for each event and webhook, gone when delivered or given up. */
export const deliveryJobs = pgTable(
  "delivery_jobs",
  {
    jobId: text().primaryKey(),
    workspaceId: text().notNull(),
    webhookId: text()
      .notNull()
      .references(() => webhooks.webhookId, { onDelete: "cascade" }),
    eventId: text()
      .notNull()
      .references(() => events.eventId, { onDelete: "cascade" }),
    /** The attempt that comes next, from 1. */
    attempt: integer().notNull().default(1),
    /** Why the attempt before failed, for `X-Retry-Reason`. */
    reason: text(),
    runAt: moment().notNull(),
    /** Until when an instance has it in hand. */
    lockedUntil: moment(),
  },
  (table) => [index().on(table.runAt), index().on(table.webhookId)],
);

/** The log of attempts; bodies are not kept. */
export const deliveries = pgTable(
  "deliveries",
  {
    deliveryId: text().primaryKey(),
    workspaceId: text().notNull(),
    webhookId: text()
      .notNull()
      .references(() => webhooks.webhookId, { onDelete: "cascade" }),
    eventId: text().notNull(),
    eventType: text().notNull(),
    attempt: integer().notNull(),
    delivered: boolean().notNull(),
    status: integer(),
    error: oneOf<"timeout" | "dns" | "tls" | "connect" | "http_status">(),
    latencyMs: integer().notNull(),
    size: integer().notNull(),
    attemptedAt: moment().notNull(),
  },
  (table) => [index().on(table.webhookId, table.attemptedAt, table.deliveryId)],
);
