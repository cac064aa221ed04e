// Starts the sandbox of this checkout. It is compiled first where its source is newer than what was compiled, which takes
// longer than to start it.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const sandbox = fileURLToPath(new URL("../sandbox", import.meta.url));
const compiled = join(sandbox, "dist/main.js");
/** The build ends with it. */
const last = join(sandbox, "dist/reference.html");

function isStale() {
  if (!existsSync(compiled) || !existsSync(last)) return true;
  const since = statSync(last).mtimeMs;
  const sources = ["src", "migrations"].flatMap((folder) =>
    readdirSync(join(sandbox, folder), { recursive: true }).map((name) =>
      join(sandbox, folder, String(name)),
    ),
  );
  return sources.some((path) => statSync(path).mtimeMs > since);
}

if (isStale()) {
  const { status } = spawnSync("npm run -s build", { cwd: sandbox, stdio: "inherit", shell: true });
  if (status !== 0) process.exit(status ?? 1);
}
await import(pathToFileURL(compiled).href);
