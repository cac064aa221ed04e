// Starts the sandbox of this checkout. What it is made of is compiled first where the source is newer, which takes longer
// than the start.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** In the order in which they are built, each with the file that its build ends with. */
const packages = [
  { folder: "generated/server", sources: ["src"], last: "dist/index.js" },
  { folder: "sandbox", sources: ["src", "migrations"], last: "dist/site/llms.txt" },
];

function isStale({ folder, sources, last }) {
  const built = join(root, folder, last);
  if (!existsSync(built)) return true;
  const since = statSync(built).mtimeMs;
  return sources.some((source) =>
    readdirSync(join(root, folder, source), { recursive: true }).some(
      (name) => statSync(join(root, folder, source, String(name))).mtimeMs > since,
    ),
  );
}

const first = packages.findIndex(isStale);
for (const { folder } of first < 0 ? [] : packages.slice(first)) {
  const { status } = spawnSync("npm run -s build", {
    cwd: join(root, folder),
    stdio: "inherit",
    shell: true,
  });
  if (status !== 0) process.exit(status ?? 1);
}
await import(pathToFileURL(join(root, "sandbox/dist/main.js")).href);
