import { existsSync, watch, type FSWatcher } from "node:fs";
import { dirname, join, sep } from "node:path";

import { recordedSources } from "../output/inputs.js";
import { otherFilesOf, type BuildRequest } from "../pipeline.js";
import { SpecError, type Diagnostic } from "../source/diagnostic.js";
import { buildAll } from "./build-command.js";
import { requestsFrom, type BuildOptions } from "./request.js";
import { report, type Console, type ExitCode } from "./run.js";

/** Editors write in several steps: what comes within this time is one change. */
const SETTLE_MS = 80;

/** `specwright watch`: builds, and builds again whenever a file that was read changes, until it is interrupted. */
export async function watchCommand(options: BuildOptions, console: Console): Promise<ExitCode> {
  const { err } = console;
  let requests = await requestsFrom(options);
  const watcher = new FileSetWatcher();
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  const rebuild = async (): Promise<void> => {
    try {
      // A config may have changed as well.
      requests = await requestsFrom(options);
      const { sources, diagnostics } = await buildAll(requests, console);
      watcher.watch([...sources, ...requests.flatMap(filesOf), ...missingFiles(diagnostics)]);
    } catch (error) {
      report(console, error);
      const missing = error instanceof SpecError ? missingFiles(error.diagnostics) : [];
      watcher.watch([...requests.flatMap(filesOf), ...missing]);
    }
    err.line(err.style("dim", "Watching for changes; Ctrl-C ends it."));
  };
  await rebuild();
  watcher.onChange(rebuild);
  await stopped;
  watcher.close();
  return 0;
}

function missingFiles(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.flatMap(({ missing }) => missing ?? []);
}

/** What a build reads, as far as is known before it has read the spec. */
function filesOf(request: BuildRequest): string[] {
  const earlier = request.artefacts.flatMap(({ folder }) => recordedSources(folder, dirname(request.spec)));
  return [request.spec, ...request.overlays, ...otherFilesOf(request), ...earlier];
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
    for (const folder of new Set(files.map(nearestFolder))) {
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
    const changed = name === null ? folder : join(folder, name);
    // A folder that comes may hold a file that was missing.
    const isOurs = (file: string): boolean =>
      name === null ? dirname(file) === folder : file === changed || file.startsWith(changed + sep);
    if (![...this.#files].some(isOurs)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#running = this.#running.then(() => this.#change());
    }, SETTLE_MS);
  }
}

/** The folder of a file, or of a folder that is missing the nearest one above that exists. */
function nearestFolder(file: string): string {
  let folder = dirname(file);
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}
