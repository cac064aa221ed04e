import { contract } from "@workspace-api/server";

import { after, DAY } from "../clock.js";
import type { Db } from "../database/open.js";
import {
  agents,
  apiKeys,
  memberships,
  oauthApps,
  taxonomyLabels,
  teamInvites,
  teamMembers,
  teams,
  users,
  webhooks,
  workers,
  workspaces,
} from "../database/schema.js";
import { createSecret, createSigningSecret, hashSecret } from "../auth/secrets.js";
import { bytesOf } from "./random.js";

export const WORKSPACE = "w_northwind";
export const OTHER_WORKSPACE = "w_contoso";
export const APP = "app_northwind";
/** On the own machine the port of a callback may be any, so that these fit every app at home. */
export const REDIRECT_URIS = ["http://127.0.0.1/callback", "http://localhost/callback"];

const PEOPLE = [
  ["ada", "Ada Winter", "owner", "Europe/London"],
  ["bo", "Bo Lindqvist", "member", "Europe/Stockholm"],
  ["chen", "Chen Park", "admin", "Asia/Seoul"],
  ["dara", "Dara Okoye", "member", "Africa/Lagos"],
  ["eli", "Eli Navarro", "member", "America/Bogota"],
  ["farah", "Farah Haddad", "admin", "Europe/Berlin"],
  ["goran", "Goran Ilic", "member", "Europe/Belgrade"],
  ["hana", "Hana Mori", "member", "Asia/Tokyo"],
] as const;

const TEAMS = [
  ["team_platform", "Platform", "🧱", null],
  ["team_web", "Web", "🛒", "team_platform"],
  ["team_search", "Search", "🔎", "team_platform"],
] as const;

const TEAM_MEMBERS = [
  ["team_platform", "ada", "admin"],
  ["team_platform", "chen", "member"],
  ["team_platform", "dara", "member"],
  ["team_platform", "farah", "observer"],
  ["team_web", "ada", "admin"],
  ["team_web", "bo", "coordinator"],
  ["team_web", "chen", "member"],
  ["team_web", "eli", "member"],
  ["team_search", "goran", "admin"],
  ["team_search", "hana", "member"],
] as const;

const LABELS = [
  ["lbl_speed", "goal", "Speed", "Nobody waits for us.", "#b4540a"],
  ["lbl_trust", "goal", "Trust", "What we say is so.", "#2f5bd7"],
  ["lbl_checkout", "product", "Checkout", "From the basket to the receipt.", "#0a7a4f"],
  ["lbl_search", "product", "Search", null, "#7a3fb5"],
  ["lbl_typescript", "skill", "TypeScript", null, null],
  ["lbl_fixer", "agent", "Fixer", null, null],
] as const;

/** The workspace itself: who and what is in it before there is any work. */
export async function seedPeople(tx: Db, now: Date, seed: number): Promise<void> {
  const createdAt = after(now, -180 * DAY);
  const times = { createdAt, updatedAt: createdAt };
  const workspaceId = WORKSPACE;
  await tx.insert(users).values(
    PEOPLE.map(([id, name]) => ({
      userId: `u_${id}`,
      name,
      email: `${id}@northwind.example`,
      defaultWorkspaceId: workspaceId,
      createdAt,
    })),
  );
  await tx.insert(memberships).values(
    PEOPLE.map(([id, , role, timezone], index) => ({
      workspaceId,
      userId: `u_${id}`,
      role,
      status: "active",
      timezone,
      joinedAt: after(createdAt, index * 5 * DAY),
      updatedAt: createdAt,
    })),
  );
  await tx.insert(teams).values(
    TEAMS.map(([teamId, name, icon, parentTeamId]) => ({
      teamId,
      workspaceId,
      name,
      icon,
      parentTeamId,
      ...times,
    })),
  );
  await tx.insert(teamMembers).values(
    TEAM_MEMBERS.map(([teamId, id, role]) => ({
      workspaceId,
      teamId,
      userId: `u_${id}`,
      role,
      joinedAt: after(createdAt, 40 * DAY),
    })),
  );
  await tx.insert(teamInvites).values({
    inviteId: "inv_3kQe",
    workspaceId,
    teamId: "team_web",
    email: "dot@northwind.example",
    role: "member",
    status: "pending",
    invitedBy: "u_ada",
    createdAt: after(now, -DAY),
    expiresAt: after(now, 6 * DAY),
  });
  await tx.insert(taxonomyLabels).values(
    LABELS.map(([taxonomyLabelId, type, name, description, color]) => ({
      taxonomyLabelId,
      workspaceId,
      type,
      name,
      description,
      color,
      ...times,
    })),
  );
  await seedApps(tx, now, createdAt, seed);
}

/** What stands for programs: an app, an agent with a worker, an old key, and a webhook that is switched off. */
async function seedApps(tx: Db, now: Date, createdAt: Date, seed: number): Promise<void> {
  const workspaceId = WORKSPACE;
  await tx.insert(oauthApps).values({
    clientId: APP,
    workspaceId,
    name: `${contract.title} at home`,
    redirectUris: REDIRECT_URIS,
    createdAt,
  });
  await tx.insert(agents).values({
    agentId: "agt_fixer",
    workspaceId,
    clientId: APP,
    name: "Fixer",
    capabilities: ["fix bugs", "write tests"],
    createdAt: after(now, -40 * DAY),
  });
  await tx.insert(workers).values({
    workerId: "wrk_mac1",
    workspaceId,
    agentId: "agt_fixer",
    userId: "u_bo",
    mode: "local",
    name: "bo-laptop",
    registeredAt: after(now, -DAY),
    lastSeenAt: now,
  });
  await tx.insert(apiKeys).values({
    apiKeyId: "key_ci4Tn",
    workspaceId,
    description: "CI of the shop, until we moved",
    prefix: "wsk_live_9fQ2",
    secretHash: hashSecret(`nobody has it ${seed}`),
    createdBy: "u_ada",
    createdAt: after(createdAt, DAY),
    revokedAt: after(now, -30 * DAY),
  });
  await tx.insert(webhooks).values({
    webhookId: "wh_ci",
    workspaceId,
    url: "https://hooks.northwind.example/workspace",
    description: "Deploy previews",
    events: ["task.updated", "comment.created"],
    status: "disabled",
    verificationKey: createSecret("webhookKey", bytesOf(`webhook key ${seed}`)),
    signingSecret: createSigningSecret(bytesOf(`webhook ${seed}`)),
    createdBy: "u_chen",
    userId: "u_chen",
    scopes: ["tasks:read", "comments:read"],
    createdAt: after(now, -20 * DAY),
    updatedAt: after(now, -10 * DAY),
    version: 2,
  });
}

/** Another company. One of its people also works for the first; nothing else may ever be seen from there. */
export async function seedOtherPeople(tx: Db, now: Date): Promise<void> {
  const createdAt = after(now, -90 * DAY);
  const workspaceId = OTHER_WORKSPACE;
  await tx.insert(users).values({
    userId: "u_ivy",
    name: "Ivy Solberg",
    email: "ivy@contoso.example",
    defaultWorkspaceId: workspaceId,
    createdAt,
  });
  const common = { workspaceId, status: "active", joinedAt: createdAt, updatedAt: createdAt } as const;
  await tx.insert(memberships).values([
    { ...common, userId: "u_ivy", role: "owner" },
    { ...common, userId: "u_hana", role: "member" },
  ]);
  const times = { createdAt, updatedAt: createdAt };
  await tx.insert(teams).values({ teamId: "team_lab", workspaceId, name: "Lab", icon: "🧪", ...times });
  await tx
    .insert(teamMembers)
    .values({ workspaceId, teamId: "team_lab", userId: "u_ivy", role: "admin", joinedAt: createdAt });
}

/** Makes the workspaces, unless they are there. */
export async function seedWorkspaces(tx: Db, now: Date): Promise<boolean> {
  const createdAt = after(now, -180 * DAY);
  const added = await tx
    .insert(workspaces)
    .values([
      { workspaceId: WORKSPACE, name: "Northwind", createdAt, updatedAt: createdAt },
      { workspaceId: OTHER_WORKSPACE, name: "Contoso", createdAt, updatedAt: createdAt },
    ])
    .onConflictDoNothing()
    .returning();
  return added.length > 0;
}
