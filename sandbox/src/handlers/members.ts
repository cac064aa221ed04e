import type { Fail, Handlers, Member } from "@workspace-api/server";
import { and, eq, inArray, or, sql, type SQL } from "drizzle-orm";

import type { Context } from "../context.js";
import { inOrder, isAfter, pageOf, sortKeyOf, type Order } from "../database/keyset.js";
import { memberships, teamMembers, users } from "../database/schema.js";
import { findMember, memberColumns, membersOf, seesEmail, type MemberRow } from "../people/member-view.js";
import { disableWebhooksOf } from "../deliveries/disable.js";
import { touchTeam } from "../teams/team-access.js";

export const memberHandlers = {
  async listMembers({ query, fail }, context) {
    const { db, caller } = context;
    const isDescending = query.sort.startsWith("-");
    const order: Order = query.sort.endsWith("joinedAt")
      ? { key: memberships.joinedAt, id: memberships.userId, type: "timestamptz", isDescending }
      : { key: sql`lower(coalesce(${users.name}, ''))`, id: memberships.userId, type: "text", isDescending };
    const rows = await db
      .select({ ...memberColumns, sortKey: sortKeyOf(order) })
      .from(memberships)
      .innerJoin(users, eq(users.userId, memberships.userId))
      .where(
        and(
          eq(memberships.workspaceId, caller.workspaceId),
          inArray(memberships.status, query.status ?? ["active"]),
          query.role && inArray(sql`${memberships.role}`, query.role),
          query.query === undefined ? undefined : holds(query.query, seesEmail(caller)),
          isAfter(order, context.positionOf(query.cursor, fail)),
        ),
      )
      .orderBy(inOrder(order))
      .limit(query.limit + 1);
    const { page, next } = pageOf(rows, query.limit, ({ userId }) => userId);
    const members = await membersOf(db, caller, page);
    return { status: 200, body: { members, nextCursor: context.cursorOf(next) } };
  },

  async fetchMember({ path, fail }, context) {
    const row = (await findMember(context, path.userId)) ?? noMember(fail, path.userId);
    return { status: 200, body: await viewOf(context, row) };
  },

  async updateMember({ path, body, fail }, context) {
    const { db, caller } = context;
    await lockOwners(context);
    const row = (await findMember(context, path.userId, true)) ?? noMember(fail, path.userId);
    const { timezone = row.timezone } = body;
    const role = roleOf(body.role ?? row.role, fail);
    const isSelf = caller.kind === "member" && caller.userId === row.userId;
    const isRoleKept = role === row.role;
    if (!(mayManage(context, row) || (isSelf && isRoleKept)))
      throw fail("permission_denied", "Your role does not allow you to change this member.");
    const isOwner = caller.kind === "member" && caller.role === "owner";
    if (role === "owner" && !isRoleKept && !isOwner)
      throw fail("permission_denied", "Only an owner can make somebody an owner.");
    const before = await viewOf(context, row);
    context.assertMatch(before, fail);
    assertTimezone(timezone, fail);
    if (row.role === "owner" && role !== "owner") await assertNotLastOwner(context, row, fail);
    if (isRoleKept && timezone === row.timezone) return { status: 200, body: before };
    const changes = { role, timezone, updatedAt: context.now(), version: row.version + 1 };
    await db.update(memberships).set(changes).where(isRow(context, row));
    if (role === "member") await disableWebhooksOf(context, row.userId);
    return { status: 200, body: await viewOf(context, { ...row, ...changes }) };
  },

  async removeMember({ path, fail }, context) {
    const { db, caller } = context;
    await lockOwners(context);
    const row = (await findMember(context, path.userId, true)) ?? noMember(fail, path.userId);
    if (row.status === "removed") return noMember(fail, path.userId);
    const isSelf = caller.kind === "member" && caller.userId === row.userId;
    if (!isSelf && !mayManage(context, row))
      throw fail("permission_denied", "Your role does not allow you to remove this member.");
    context.assertMatch(await viewOf(context, row), fail);
    if (row.role === "owner") await assertNotLastOwner(context, row, fail);
    const changes = { status: "removed", updatedAt: context.now(), version: row.version + 1 };
    await db.update(memberships).set(changes).where(isRow(context, row));
    await disableWebhooksOf(context, row.userId);
    const isTheirs = and(eq(teamMembers.workspaceId, caller.workspaceId), eq(teamMembers.userId, row.userId));
    const left = await db.delete(teamMembers).where(isTheirs).returning();
    for (const { teamId } of left) await touchTeam(context, teamId);
    return { status: 204 };
  },
} satisfies Partial<Handlers<Context>>;

/** Whether a text is part of a name, an id or, where the caller may learn it, an e-mail address, in any case. */
function holds(text: string, withEmail: boolean): SQL | undefined {
  const isIn = (column: typeof users.name | typeof users.email | typeof users.userId): SQL =>
    sql`position(lower(${text}) in lower(coalesce(${column}, ''))) > 0`;
  return or(isIn(users.name), withEmail ? isIn(users.email) : undefined, isIn(users.userId));
}

/** Owners may change everybody; admins all but owners. */
function mayManage({ caller }: Context, row: MemberRow): boolean {
  if (caller.kind !== "member") return false;
  return caller.role === "owner" || (caller.role === "admin" && row.role !== "owner");
}

/** Two owners who step down at once would leave none: changes to owners wait for each other. */
async function lockOwners({ db, caller }: Context): Promise<void> {
  await db
    .select({ userId: memberships.userId })
    .from(memberships)
    .where(and(eq(memberships.workspaceId, caller.workspaceId), eq(memberships.role, "owner")))
    .orderBy(memberships.userId)
    .for("update");
}

async function assertNotLastOwner(
  { db, caller }: Context,
  row: MemberRow,
  fail: Fail<"last_owner">,
): Promise<void> {
  const owners = await db
    .select({ userId: memberships.userId })
    .from(memberships)
    .where(
      and(
        eq(memberships.workspaceId, caller.workspaceId),
        eq(memberships.role, "owner"),
        eq(memberships.status, "active"),
      ),
    );
  if (!owners.some(({ userId }) => userId !== row.userId))
    throw fail("last_owner", `Member ${row.userId} is the only owner of the workspace.`);
}

function roleOf(name: string, fail: Fail<"validation_failed">): MemberRow["role"] {
  if (name === "owner" || name === "admin" || name === "member") return name;
  const message = "Must be a role of a workspace.";
  throw fail("validation_failed", undefined, { errors: [{ pointer: "/role", code: "enum", message }] });
}

function assertTimezone(timezone: string, fail: Fail<"validation_failed">): void {
  if (isTimezone(timezone)) return;
  const message = "Must be the name of a time zone in the IANA database.";
  throw fail("validation_failed", undefined, {
    errors: [{ pointer: "/timezone", code: "not_allowed", message }],
  });
}

function isTimezone(name: string): boolean {
  try {
    Intl.DateTimeFormat("en", { timeZone: name });
    // Newer versions of Node also take offsets, such as `+01:00`.
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

function isRow({ caller }: Context, { userId }: MemberRow): SQL | undefined {
  return and(eq(memberships.workspaceId, caller.workspaceId), eq(memberships.userId, userId));
}

async function viewOf({ db, caller }: Context, row: MemberRow): Promise<Member> {
  const [member] = await membersOf(db, caller, [row]);
  if (!member) throw new Error("A member who was found has a view.");
  return member;
}

function noMember(fail: Fail<"member_not_found">, userId: string): never {
  throw fail("member_not_found", `The workspace has no member ${userId}.`);
}
