import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix, sep } from "node:path";

import { chromium, type Browser } from "playwright-core";

/** To run what needs it, install Chromium (on Debian: apt-get install chromium), or name it in CHROMIUM. */
export const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
export const hasChromium = existsSync(CHROMIUM);

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-background-networking"],
  });
}

/** The pages of a built site, by their paths with forward slashes. */
export function pagesIn(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => name.split(sep).join("/"))
    .filter((name) => name.endsWith(".html"));
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** Links within a site that lead to no file, or to no element of a page. */
export function brokenLinks(folder: string): string[] {
  const pages = pagesIn(folder);
  const ids = new Map(
    [...pages].map(([path, html]) => [path, new Set([...html.matchAll(/\sid="([^"]+)"/g)].map((m) => m[1]))]),
  );
  const files = new Set(
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => name.split(sep).join("/")),
  );
  return [...pages].flatMap(([path, html]) =>
    [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].flatMap(([, link = ""]) => {
      if (/^(https?:|mailto:|data:)/.test(link)) return [];
      const [target = "", fragment] = link.split("#");
      const file = target === "" ? path : posix.join(posix.dirname(path), target);
      if (!files.has(file)) return [`${path} → ${link}`];
      const isKnown = fragment === undefined || ids.get(file)?.has(decodeURIComponent(fragment)) === true;
      return isKnown ? [] : [`${path} → ${link} (no such anchor)`];
    }),
  );
}
