import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { artefacts } from "../artefacts/artefacts.js";
import { explainedFileError } from "../base/file-error.js";
import { UserError } from "../base/user-error.js";
import type { Artefact } from "../kit/artefact.js";
import { packageManager } from "./package-manager.js";
import { shown } from "./print-report.js";
import type { Console, ExitCode } from "./run.js";

const SPEC = fileURLToPath(new URL("../../templates/init/openapi.yaml", import.meta.url));

/** What may be in a folder that counts as empty. */
const HARMLESS =
  /^(\.git.*|\.DS_Store|node_modules|package(-lock)?\.json|pnpm-lock\.yaml|yarn\.lock|\.yarnrc\.yml|README\.md|LICENSE)$/;

/** `specwright init`: a config and a small example spec, for an empty folder, and a package.json where there is none. */
export async function initCommand(
  folder: string | undefined,
  version: string,
  { out, isJson }: Console,
): Promise<ExitCode> {
  const home = resolve(folder ?? ".");
  const present = contentsOf(home).filter((name) => !HARMLESS.test(name));
  if (present.length > 0) {
    throw new UserError(
      "usage",
      `${shown(home)} is not empty (${present.slice(0, 3).join(", ")}${present.length > 3 ? ", …" : ""}).`,
      "Name an empty folder: specwright init my-api",
    );
  }
  const files = {
    "specwright.config.ts": exampleConfig(),
    "openapi.yaml": readFileSync(SPEC, "utf8"),
    ...(existsSync(join(home, "package.json")) ? {} : { "package.json": manifestFor(home, version) }),
  };
  try {
    mkdirSync(home, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text, { flag: "wx" });
  } catch (error) {
    throw explainedFileError(error, shown(home));
  }
  const names = Object.keys(files);
  if (isJson) {
    out.line(JSON.stringify({ ok: true, folder: home, files: names }, null, 2));
    return 0;
  }
  const { install, run } = packageManager(home);
  out.line(
    `${out.style("green", "✓")} Wrote ${names.slice(0, -1).join(", ")} and ${names.at(-1)} in ${shown(home)}`,
  );
  out.line();
  out.line("Next:");
  if (home !== process.cwd()) out.line(`  cd ${shown(home)}`);
  out.line(`  ${install}`);
  out.line(
    `  ${run} specwright build    # lints openapi.yaml, then generates ${made()
      .map(({ name }) => `${name}/`)
      .join(" and ")}`,
  );
  out.line(`  ${run} specwright watch    # builds again whenever the spec changes`);
  return 0;
}

function contentsOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw explainedFileError(error, shown(folder));
  }
}

/** The artefacts of the example: those that a build without a config makes. */
function made(): readonly Artefact[] {
  return artefacts.filter(({ isDefault }) => isDefault === true);
}

function exampleConfig(): string {
  const line = ({ name, options }: Artefact): string => {
    const own = options?.properties?.["name"] === undefined ? "" : `, name: "notes-${name}"`;
    return `${name}({ dir: "${name}"${own} }),`;
  };
  const others = artefacts.filter((artefact) => !made().includes(artefact));
  const imports = ["defineConfig", ...made().map(({ name }) => name)].sort();
  return `import { ${imports.join(", ")} } from "specwright";

export default defineConfig({
  spec: "openapi.yaml",
  artefacts: [
    ${made().map(line).join("\n    ")}
    ${others.map((artefact) => `// ${line(artefact)}    ${artefact.summary}`).join("\n    ")}
  ],
});
`;
}

/** A package that has Specwright of this version, so that the config can import it. */
function manifestFor(home: string, version: string): string {
  const name =
    basename(home)
      .toLowerCase()
      .replace(/[^a-z0-9~._-]+/g, "-")
      .replace(/^[._-]+/, "") || "my-api";
  const manifest = {
    name,
    private: true,
    type: "module",
    scripts: { build: "specwright build", check: "specwright check" },
    devDependencies: { specwright: `^${version}` },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
