import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { Page } from "./page.js";

/** What the search knows, as a script: pages that are opened from disk may load scripts, but no data. */
export function searchIndex(pages: readonly Page[]): string {
  const entries = pages.flatMap(({ search }) =>
    search.map(({ url, title, kind, names, text }) => [url, title, kind, names, text]),
  );
  return `docsSearch.index = ${JSON.stringify(entries).replaceAll("],[", "],\n[")};\n`;
}

/** MiniSearch as a script, with its license. */
export function searchLibrary(): string {
  const main = createRequire(import.meta.url).resolve("minisearch");
  const folder = join(dirname(main), "..", "..");
  const license = readFileSync(join(folder, "LICENSE.txt"), "utf8").trim();
  const script = readFileSync(join(folder, "dist", "umd", "index.js"), "utf8");
  return `/*!\nMiniSearch\n${license}\n*/\n${script.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n")}`;
}
