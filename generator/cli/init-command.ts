import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { UserError } from "../base/user-error.js";
import { shown } from "./print-report.js";
import type { Console, ExitCode } from "./run.js";

const TEMPLATES = fileURLToPath(new URL("../../templates/init/", import.meta.url));

/** `specwright init`: a config and a small example spec, for an empty folder. */
export async function initCommand(folder: string | undefined, { out, isJson }: Console): Promise<ExitCode> {
  const home = resolve(folder ?? ".");
  const present = existsSync(home)
    ? readdirSync(home).filter((name) => !/^(\.git|node_modules|package(-lock)?\.json)$/.test(name))
    : [];
  if (present.length > 0) {
    throw new UserError(
      "usage",
      `${shown(home)} is not empty (${present.slice(0, 3).join(", ")}${present.length > 3 ? ", …" : ""}).`,
      "Name an empty folder: specwright init my-api",
    );
  }
  const files = { "specwright.config.ts": "specwright.config.ts.txt", "openapi.yaml": "openapi.yaml" };
  mkdirSync(home, { recursive: true });
  for (const [name, template] of Object.entries(files)) {
    writeFileSync(join(home, name), readFileSync(join(TEMPLATES, template)), { flag: "wx" });
  }
  if (isJson) {
    out.line(JSON.stringify({ ok: true, folder: home, files: Object.keys(files) }, null, 2));
    return 0;
  }
  out.line(`${out.style("green", "✓")} Wrote ${Object.keys(files).join(" and ")} in ${shown(home)}`);
  out.line();
  out.line("Next:");
  if (home !== process.cwd()) out.line(`  cd ${shown(home)}`);
  out.line("  npx specwright build    # lints openapi.yaml, then generates client/ and docs/");
  out.line("  npx specwright watch    # builds again whenever the spec changes");
  return 0;
}
