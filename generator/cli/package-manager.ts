import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** How a package manager is called. */
export interface PackageManager {
  readonly name: "npm" | "pnpm" | "yarn" | "bun";
  readonly install: string;
  /** Before the name of a command of an installed package. */
  readonly run: string;
}

const MANAGERS: readonly (PackageManager & { readonly lockFiles: readonly string[] })[] = [
  {
    name: "pnpm",
    install: "pnpm install",
    run: "pnpm exec",
    lockFiles: ["pnpm-lock.yaml", "pnpm-workspace.yaml"],
  },
  { name: "yarn", install: "yarn install", run: "yarn", lockFiles: ["yarn.lock"] },
  { name: "bun", install: "bun install", run: "bunx", lockFiles: ["bun.lock", "bun.lockb"] },
  { name: "npm", install: "npm install", run: "npx", lockFiles: ["package-lock.json"] },
];

/** The package manager of a folder: by the nearest lock file, else the one that runs this command, else npm. */
export function packageManager(folder: string, environment: NodeJS.ProcessEnv = process.env): PackageManager {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const found = MANAGERS.find(({ lockFiles }) => lockFiles.some((name) => existsSync(join(current, name))));
    if (found) return found;
    if (current === dirname(current)) break;
  }
  const [agent] = (environment["npm_config_user_agent"] ?? "").split("/");
  return MANAGERS.find(({ name }) => name === agent) ?? { name: "npm", install: "npm install", run: "npx" };
}

/** Whether a folder is a member of a monorepo: then the command that installs is run at the root. */
export function monorepoRoot(folder: string): string | undefined {
  for (let current = dirname(resolve(folder)); current !== dirname(current); current = dirname(current)) {
    if (existsSync(join(current, "pnpm-workspace.yaml"))) return current;
    const manifest = join(current, "package.json");
    if (existsSync(manifest) && hasMembers(manifest)) return current;
  }
  return undefined;
}

function hasMembers(manifest: string): boolean {
  try {
    const value: unknown = JSON.parse(readFileSync(manifest, "utf8"));
    return typeof value === "object" && value !== null && "workspaces" in value;
  } catch {
    return false;
  }
}
