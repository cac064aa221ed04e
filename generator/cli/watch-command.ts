import { watch, type FSWatcher } from "node:fs";
import { basename, dirname } from "node:path";

import { rememberedSources } from "../output/build-cache.js";
import { buildOnce } from "./build-command.js";
import { requestFrom, type BuildOptions, type RequestedBuild } from "./request.js";
import { report, type Console, type ExitCode } from "./run.js";

/** Editors write in several steps: what comes within this time is one change. */
const SETTLE_MS = 80;

/** `specwright watch`: builds, and builds again whenever a file that was read changes, until it is interrupted. */
export async function watchCommand(options: BuildOptions, console: Console): Promise<ExitCode> {
  const { err } = console;
  let requested = await requestFrom(options);
  const watcher = new FileSetWatcher();
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  const rebuild = async (): Promise<void> => {
    try {
      // A config may have changed as well.
      requested = await requestFrom(options);
      const sources = await buildOnce(requested, console);
      watcher.watch(filesOf(requested, sources));
    } catch (error) {
      report(console, error);
      watcher.watch(filesOf(requested, []));
    }
    err.line(err.style("dim", "Watching for changes; Ctrl-C ends it."));
  };
  await rebuild();
  watcher.onChange(rebuild);
  await stopped;
  watcher.close();
  return 0;
}

function filesOf({ request, configFile }: RequestedBuild, sources: readonly string[]): string[] {
  const known =
    sources.length > 0 ? sources : request.outputs.flatMap(({ folder }) => rememberedSources(folder));
  const additions = request.additions?.files ?? [];
  const config = configFile === undefined ? [] : [configFile];
  return [request.spec, ...request.overlays, ...additions, ...config, ...known];
}

/** Watches single files by their folders, so that files which editors replace are still seen. */
class FileSetWatcher {
  readonly #watchers = new Map<string, FSWatcher>();
  #files: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #change: () => Promise<void> = () => Promise.resolve();

  watch(files: readonly string[]): void {
    this.#files = new Set([...this.#files, ...files]);
    for (const folder of new Set(files.map((file) => dirname(file)))) {
      if (this.#watchers.has(folder)) continue;
      const watcher = watch(folder, (_, name) => this.#changed(folder, name));
      // A folder that goes away is no reason to stop watching the others.
      watcher.on("error", () => watcher.close());
      this.#watchers.set(folder, watcher);
    }
  }

  onChange(change: () => Promise<void>): void {
    this.#change = change;
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  #changed(folder: string, name: string | null): void {
    const isOurs =
      name === null || [...this.#files].some((file) => dirname(file) === folder && basename(file) === name);
    if (!isOurs) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#running = this.#running.then(() => this.#change());
    }, SETTLE_MS);
  }
}
