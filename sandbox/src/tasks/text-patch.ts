import type { Fail, PatchOperation } from "@workspace-api/server";

/** Why a patch cannot be applied, and which of its operations it was. */
export interface PatchConflict {
  readonly code: "patch_target_not_found" | "patch_target_ambiguous";
  readonly index: number;
}

/** The text after all operations, or the first one that does not fit; the text is changed by all or by none. */
export function patchText(text: string, ops: readonly PatchOperation[]): string | PatchConflict {
  let result = text;
  for (const [index, op] of ops.entries()) {
    const sought = soughtBy(op);
    const at = result.indexOf(sought);
    if (at < 0) return { code: "patch_target_not_found", index };
    if (result.includes(sought, at + 1)) return { code: "patch_target_ambiguous", index };
    result = result.slice(0, at) + replacementOf(op) + result.slice(at + sought.length);
  }
  return result;
}

function soughtBy(op: PatchOperation): string {
  return op.kind === "replace_text" || op.kind === "delete_text" ? op.target : op.anchor;
}

function replacementOf(op: PatchOperation): string {
  switch (op.kind) {
    case "replace_text":
      return op.replacement;
    case "insert_before":
      return op.text + op.anchor;
    case "insert_after":
      return op.anchor + op.text;
    case "delete_text":
      return "";
  }
}

/** Refuses a patch that does not fit the text. */
export function refuseConflict(
  { code, index }: PatchConflict,
  fail: Fail<"patch_target_not_found" | "patch_target_ambiguous">,
): never {
  const found = code === "patch_target_not_found" ? "does not occur" : "occurs more than once";
  throw fail(code, `The text that operation ${index} looks for ${found}. Nothing was changed.`);
}

const LONGEST = 200_000;

/** Refuses a text that a patch has made too long. */
export function assertLength(text: string, fail: Fail<"validation_failed">): void {
  if ([...text].length <= LONGEST) return;
  const message = `The text would be longer than ${LONGEST} characters.`;
  throw fail("validation_failed", undefined, { errors: [{ pointer: "/ops", code: "max_length", message }] });
}
