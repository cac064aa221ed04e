import type { Fail, Handlers, TaxonomyLabel } from "@workspace-api/server";
import { and, eq, inArray, ne, sql } from "drizzle-orm";

import type { Context } from "../context.js";
import { pageOf, type Order } from "../database/keyset.js";
import { listingOf } from "../database/listing.js";
import { taxonomyLabels } from "../database/schema.js";
import { takeTurns } from "../database/turns.js";
import { emitLabel, labelOf, parentFault, type LabelRow } from "../taxonomy/labels.js";

const BY_TYPE_AND_NAME: Order = {
  key: sql`(${taxonomyLabels.type} || ' ' || lower(${taxonomyLabels.name}))`,
  id: taxonomyLabels.taxonomyLabelId,
  type: "text",
  movedBy: "taxonomy",
};

export const taxonomyLabelHandlers = {
  async listTaxonomyLabels({ query, fail }, context) {
    const { db, caller } = context;
    const listing = await listingOf(context, BY_TYPE_AND_NAME, context.positionOf(query.cursor, fail));
    const rows = await db
      .select({ label: taxonomyLabels, sortKey: listing.sortKey })
      .from(taxonomyLabels)
      .where(
        and(
          eq(taxonomyLabels.workspaceId, caller.workspaceId),
          query.type ? inArray(taxonomyLabels.type, query.type) : ne(taxonomyLabels.type, "agent"),
          query.includeArchived ? undefined : eq(taxonomyLabels.archived, false),
          listing.isAfter,
        ),
      )
      .orderBy(listing.orderBy)
      .limit(query.limit + 1);
    const { page, next: last } = pageOf(rows, query.limit, ({ label }) => label.taxonomyLabelId);
    const labels = page.map(({ label }) => labelOf(label));
    return {
      status: 200,
      body: { taxonomyLabels: labels, nextCursor: context.cursorOf(await listing.nextOf(last)) },
    };
  },

  async createTaxonomyLabel({ body, fail }, context) {
    assertMayManage(context, fail);
    const now = context.now();
    const row: LabelRow = {
      taxonomyLabelId: context.newId("label"),
      workspaceId: context.caller.workspaceId,
      type: body.type,
      name: body.name,
      description: body.description ?? null,
      color: body.color ?? null,
      parentLabelId: body.parentLabelId ?? null,
      archived: false,
      createdAt: now,
      updatedAt: now,
      version: 1,
    };
    await assertFits(context, row, fail);
    await context.db.insert(taxonomyLabels).values(row);
    await emitLabel(context, "taxonomy.created", row);
    return { status: 201, body: labelOf(row) };
  },

  async fetchTaxonomyLabel({ path, fail }, context) {
    return { status: 200, body: labelOf(await mustFind(context, path.taxonomyLabelId, fail)) };
  },

  async updateTaxonomyLabel({ path, body, fail }, context) {
    const row = await mustFind(context, path.taxonomyLabelId, fail, true);
    assertMayManage(context, fail);
    context.assertMatch(labelOf(row), fail);
    const { name, description, color, parentLabelId, archived } = { ...row, ...body };
    const changed = { ...row, name, description, color, parentLabelId, archived };
    if (isSame(labelOf(changed), labelOf(row))) return { status: 200, body: labelOf(row) };
    await assertFits(context, changed, fail);
    const after = { ...changed, updatedAt: context.now(), version: row.version + 1 };
    await context.db.update(taxonomyLabels).set(after).where(isLabel(row));
    await emitLabel(context, "taxonomy.updated", after);
    return { status: 200, body: labelOf(after) };
  },

  async deleteTaxonomyLabel({ path, fail }, context) {
    const { db } = context;
    const row = await mustFind(context, path.taxonomyLabelId, fail, true);
    assertMayManage(context, fail);
    context.assertMatch(labelOf(row), fail);
    await takeTurns(context);
    const { parentLabelId, taxonomyLabelId } = row;
    const moved = await db
      .update(taxonomyLabels)
      .set({ parentLabelId, updatedAt: context.now(), version: sql`${taxonomyLabels.version} + 1` })
      .where(eq(taxonomyLabels.parentLabelId, taxonomyLabelId))
      .returning();
    for (const label of moved) await emitLabel(context, "taxonomy.updated", label);
    await db.delete(taxonomyLabels).where(isLabel(row));
    await emitLabel(context, "taxonomy.deleted", row);
    return { status: 204 };
  },
} satisfies Partial<Handlers<Context>>;

function assertMayManage({ caller }: Context, fail: Fail<"permission_denied">): void {
  if (caller.kind === "member" && caller.role !== "owner")
    throw fail("permission_denied", "Only owners of the workspace manage its labels.");
}

/** Refuses a name that is taken, and a parent that is none; until the end of the transaction, nobody takes it. */
async function assertFits(
  context: Context,
  row: LabelRow,
  fail: Fail<"label_exists" | "validation_failed">,
): Promise<void> {
  const { db } = context;
  await takeTurns(context);
  const others = await db
    .select({ id: taxonomyLabels.taxonomyLabelId })
    .from(taxonomyLabels)
    .where(
      and(
        eq(taxonomyLabels.workspaceId, row.workspaceId),
        eq(taxonomyLabels.type, row.type),
        eq(sql`lower(${taxonomyLabels.name})`, sql`lower(${row.name})`),
        ne(taxonomyLabels.taxonomyLabelId, row.taxonomyLabelId),
      ),
    );
  if (others.length > 0)
    throw fail("label_exists", `There is a label of the type ${row.type} with this name.`);
  const fault = await parentFault(db, row);
  if (fault)
    throw fail("validation_failed", undefined, { errors: [{ pointer: "/parentLabelId", ...fault }] });
}

async function mustFind(
  { db, caller }: Context,
  taxonomyLabelId: string,
  fail: Fail<"label_not_found">,
  isLocked = false,
): Promise<LabelRow> {
  const query = db
    .select()
    .from(taxonomyLabels)
    .where(
      and(
        eq(taxonomyLabels.workspaceId, caller.workspaceId),
        eq(taxonomyLabels.taxonomyLabelId, taxonomyLabelId),
      ),
    );
  const [row] = isLocked ? await query.for("update") : await query;
  if (!row) throw fail("label_not_found", `The workspace has no label ${taxonomyLabelId}.`);
  return row;
}

function isLabel({ taxonomyLabelId }: LabelRow) {
  return eq(taxonomyLabels.taxonomyLabelId, taxonomyLabelId);
}

function isSame(a: TaxonomyLabel, b: TaxonomyLabel): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
