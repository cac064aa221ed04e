import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { openDataFolder } from "../../../sandbox/src/command/data-folder.js";
import { scratchFolder } from "../../support/scratch.js";

describe("a folder for the data", () => {
  it.each([
    ["of something else", "thesis.txt"],
    ["of a database that no sandbox made", "database"],
    ["of files that no sandbox made", "files"],
  ])("%s is left alone, with --fresh and without", async (_, name) => {
    const data = scratchFolder();
    writeFileSync(join(data, name), "mine");
    for (const isFresh of [false, true])
      await expect(openDataFolder(data, isFresh)).rejects.toThrow(`holds ${name}, which is not a sandbox's`);
    expect(readdirSync(data)).toEqual([name]);
  });

  it("of a sandbox keeps what else is in it when it is begun anew", async () => {
    const data = scratchFolder();
    const { database, files, release } = await openDataFolder(data, false);
    for (const own of [database, files]) mkdirSync(own);
    await release();
    writeFileSync(join(data, "thesis.txt"), "mine");
    const kept = await openDataFolder(data, false);
    expect(readdirSync(data)).toEqual(expect.arrayContaining(["database", "files"]));
    await kept.release();
    const fresh = await openDataFolder(data, true);
    await fresh.release();
    expect(readdirSync(data).toSorted()).toEqual(["sandbox.json", "thesis.txt"]);
    expect(readFileSync(join(data, "thesis.txt"), "utf8")).toBe("mine");
  });
});
