import type { TaxonomyLabel } from "@workspace-api/server";
import { and, eq, sql } from "drizzle-orm";

import type { Context } from "../context.js";
import type { Db } from "../database/open.js";
import { rowsOf } from "../database/rows.js";
import { taxonomyLabels } from "../database/schema.js";
import { EVERYBODY } from "../visibility/audience.js";

export type LabelRow = typeof taxonomyLabels.$inferSelect;

export function labelOf(row: LabelRow): TaxonomyLabel {
  return {
    taxonomyLabelId: row.taxonomyLabelId,
    workspaceId: row.workspaceId,
    type: row.type,
    name: row.name,
    description: row.description,
    color: row.color,
    parentLabelId: row.parentLabelId,
    archived: row.archived,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    version: row.version,
  };
}

/** What stands against a label's parent: it must be of the same type, and not the label itself or below it. */
export async function parentFault(
  db: Db,
  { taxonomyLabelId, workspaceId, type, parentLabelId }: LabelRow,
): Promise<{ code: "not_found" | "not_allowed"; message: string } | undefined> {
  if (parentLabelId === null) return undefined;
  const [parent] = await db
    .select()
    .from(taxonomyLabels)
    .where(
      and(eq(taxonomyLabels.workspaceId, workspaceId), eq(taxonomyLabels.taxonomyLabelId, parentLabelId)),
    );
  if (!parent) return { code: "not_found", message: "There is no such label." };
  if (parent.type !== type) return { code: "not_allowed", message: "The parent is of another type." };
  const above = await rowsOf<{ id: string }>(
    db,
    sql`
    with recursive above(id, parent) as (
      select taxonomy_label_id, parent_label_id from ${taxonomyLabels} where taxonomy_label_id = ${parentLabelId}
      union
      select label.taxonomy_label_id, label.parent_label_id from ${taxonomyLabels} label
      join above on above.parent = label.taxonomy_label_id
    )
    select id from above`,
  );
  return above.some(({ id }) => id === taxonomyLabelId)
    ? { code: "not_allowed", message: "The parent is the label itself or below it." }
    : undefined;
}

/** Tells what happened to a label. */
export async function emitLabel(
  context: Context,
  type: "taxonomy.created" | "taxonomy.updated" | "taxonomy.deleted",
  row: LabelRow,
): Promise<void> {
  const { taxonomyLabelId, workspaceId } = row;
  const resource = { type: "taxonomy", id: taxonomyLabelId, workspaceId };
  const data = { resource, taxonomy: labelOf(row) };
  await context.emit({ type, subject: taxonomyLabelId, data, audience: EVERYBODY });
}
