import { relative } from "node:path";

import { createServer } from "vite";

/**
 * `npm run dev`: builds `generated/` again whenever the generator, a template or the spec changes. The generator runs from its
 * sources in this process, so that only its own modules are loaded again; what they import from packages stays.
 */
const WATCHED = /^(generator|templates|spec)\/|^specwright\.config\.ts$/;

/** Editors write in several steps: what comes within this time is one change. */
const SETTLE_MS = 50;

const server = await createServer({
  configFile: false,
  appType: "custom",
  logLevel: "error",
  server: {
    middlewareMode: true,
    hmr: false,
    ws: false,
    watch: { ignored: ["**/generated/**", "**/dist/**"] },
  },
  optimizeDeps: { noDiscovery: true },
});

let timer: NodeJS.Timeout | undefined;
let running: Promise<void> = Promise.resolve();

async function build(): Promise<void> {
  const start = performance.now();
  server.moduleGraph.invalidateAll();
  try {
    const { buildCommand } = await server.ssrLoadModule("/generator/cli/build-command.ts");
    const { run } = await server.ssrLoadModule("/generator/cli/run.ts");
    await run(false, (console: unknown) => buildCommand({}, console));
  } catch (error) {
    // A fault in the generator: shown, and tried again after the next change.
    if (error instanceof Error) server.ssrFixStacktrace(error);
    console.error(error);
  }
  console.log(`${((performance.now() - start) / 1000).toFixed(1)} s; waiting for changes, Ctrl-C ends it.`);
}

server.watcher.on("all", (_, file) => {
  if (!WATCHED.test(relative(process.cwd(), file).replaceAll("\\", "/"))) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    running = running.then(build);
  }, SETTLE_MS);
});

await build();
