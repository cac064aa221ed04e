import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// Writes the hash of the generator's sources beside what was compiled from them: a build is skipped while that is the same.
// Compilers of different versions make different code of the same sources.
const files = readdirSync("generator", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).replaceAll("\\", "/"))
  .sort();
const hash = createHash("sha256");
for (const file of files) hash.update(`${file}\n`).update(readFileSync(file));
writeFileSync("dist/generator.sha256", `${hash.digest("hex")}\n`);
