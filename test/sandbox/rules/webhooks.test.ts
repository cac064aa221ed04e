import { expect, it } from "vitest";

import { describeDatabases } from "../../support/databases.js";
import { world } from "./world.js";

describeDatabases("the rules of webhooks", (open) => {
  const { sandbox, send, make } = world(open);

  it("count only what changes them", async () => {
    const url = "https://hooks.example.com/a";
    const webhook = await make("/webhooks", { url, events: ["task.created"] });
    const before = await send("GET", `/webhooks/${webhook}`);
    sandbox().clock.advance(1000);
    for (const body of [{ url }, { events: ["task.created"], status: "active" }, { description: null }])
      expect(await send("PATCH", `/webhooks/${webhook}`, { body })).toEqual(before);
    expect(await send("PATCH", `/webhooks/${webhook}`, { body: { events: null } })).toMatchObject({
      body: { events: null, version: 2 },
    });
  });
});
