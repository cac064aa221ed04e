import type { Fail } from "@workspace-api/server";

import type { Context } from "../context.js";

/** Refuses everybody but owners and admins of the workspace. */
export function assertManager({ caller }: Context, fail: Fail<"permission_denied">): void {
  if (caller.kind === "member" && caller.role !== "member") return;
  throw fail("permission_denied", "Only owners and admins of the workspace may do this.");
}

/** The same, for what API keys may do too. */
export function assertMayRead(context: Context, fail: Fail<"permission_denied">): void {
  if (context.caller.kind !== "key") assertManager(context, fail);
}
