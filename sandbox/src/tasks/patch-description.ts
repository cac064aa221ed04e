import type { Fail, PatchOperation, Task } from "@workspace-api/server";

import type { Context } from "../context.js";
import { writeDescription } from "./description.js";
import { assertMayChange } from "./may-change.js";
import { taskOf, type TaskRow } from "./task-view.js";
import { assertLength, patchText, refuseConflict } from "./text-patch.js";
import { touch } from "./update-task.js";

/** Applies a text patch to the description of a locked task, and tells of it. */
export async function patchDescription(
  context: Context,
  fail: Fail<"permission_denied" | "patch_target_not_found" | "patch_target_ambiguous" | "validation_failed">,
  row: TaskRow,
  ops: readonly PatchOperation[],
): Promise<Task> {
  await assertMayChange(context, row.taskId, fail);
  const before = row.description ?? "";
  const after = patchText(before, ops);
  if (typeof after !== "string") return refuseConflict(after, fail);
  assertLength(after, fail);
  if (after === before) return taskOf(context, row, context.now());
  await writeDescription(context, row, after === "" ? null : after);
  return touch(context, row.taskId);
}
