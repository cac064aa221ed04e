import { expect, it } from "vitest";

import { describeDatabases } from "../../support/databases.js";
import { world } from "./world.js";

describeDatabases("a precondition", (open) => {
  const { send, outcome, make } = world(open);

  it("says nothing to who may not change the object anyway", async () => {
    const teamId = await make("/teams", { name: "Looked at" });
    await send("PUT", `/teams/${teamId}/members/u_mia`, { body: { role: "observer" } });
    const task = `/tasks/${await make("/tasks", { title: "Theirs", teamIds: [teamId] })}`;
    const taskIds = [task.split("/").at(-1)];
    const comment = `${task}/comments/${await make(`${task}/comments`, { content: "Theirs" })}`;
    const document = `/documents/${await make("/documents", { title: "Theirs", type: "task", taskIds })}`;
    const label = `/taxonomy-labels/${await make("/taxonomy-labels", { type: "goal", name: "Theirs" })}`;
    const bodies = new Map<string, object>([
      [task, { title: "Mine" }],
      [comment, { content: "Mine" }],
      [document, { title: "Mine" }],
      [label, { name: "Mine" }],
      [`/teams/${teamId}`, { name: "Mine" }],
      ["/members/u_adam", { timezone: "Asia/Tokyo" }],
    ]);
    const headers = { "if-match": '"old"' };
    for (const [path, body] of bodies) {
      for (const as of ["member", "owner"] as const) {
        const code = as === "member" ? "permission_denied" : "precondition_failed";
        expect([path, await outcome("PATCH", path, { as, body, headers })]).toEqual([path, code]);
        expect([path, await outcome("DELETE", path, { as, headers })]).toEqual([path, code]);
      }
    }
  });
});
