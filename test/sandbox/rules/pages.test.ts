import { expect, it } from "vitest";

import { describeDatabases } from "../../support/databases.js";
import { world } from "./world.js";

describeDatabases("pages", (open) => {
  const { send, make } = world(open);

  it.each(["日", "😀", "\u0001"])(
    "go on after a title as long as may be, in whatever script: %j",
    async (sign) => {
      const titles = ["a", "b", "c"].map((end) => sign.repeat(254) + end);
      for (const title of titles) await make("/documents", { title, type: "task" });
      const found: unknown[] = [];
      let cursor = "";
      do {
        const path = `/documents?sort=title&limit=1&query=${encodeURIComponent(sign)}${cursor}`;
        const { status, body } = await send("GET", path);
        expect(status).toBe(200);
        const { documents, nextCursor } = Object(body);
        found.push(...documents.map(({ title }: Record<string, string>) => title));
        cursor = nextCursor === null ? "" : `&cursor=${nextCursor}`;
      } while (cursor !== "");
      expect(found).toEqual(titles);
    },
  );
});
