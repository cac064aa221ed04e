import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

import { afterAll } from "vitest";

/** A new folder within the checkout, so that what is built there finds its dependencies; gone after the test file. */
export function scratchFolder(): string {
  const home = resolve("test/.out");
  mkdirSync(home, { recursive: true });
  const folder = mkdtempSync(join(home, "run-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
