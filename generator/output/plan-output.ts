import { existsSync, lstatSync, readdirSync, readFileSync, type Stats } from "node:fs";
import { join } from "node:path";

import { explainedFileError } from "../base/file-error.js";
import { UserError } from "../base/user-error.js";
import type { EmittedFile } from "../kit/artefact.js";
import { digestOf, MANIFEST, readManifest, readRendered, sha256, type Manifest } from "./manifest.js";

/** What writing an output would do to its folder. */
export interface OutputPlan {
  readonly folder: string;
  /** Files that are new or differ from what is on disk. */
  readonly written: readonly EmittedFile[];
  /** Of those, files that somebody edited since they were generated. */
  readonly edited: readonly string[];
  /** Files of an earlier build that this one no longer makes. */
  readonly removed: readonly string[];
  readonly unchanged: readonly string[];
  readonly manifest: Manifest;
  readonly isManifestChanged: boolean;
  /** The hashes of the rendered files, which the manifest has as one. */
  readonly rendered: Readonly<Record<string, string>>;
  /** Rendered files of an earlier build that may be left out of version control. */
  readonly formerlyRendered: readonly string[];
  /** Whether the rendered files are the ones that the manifest on disk tells of. */
  readonly isRenderingKnown: boolean;
}

/** What a manifest records besides the files. */
export type Provenance = Omit<Manifest, "generator" | "files" | "rendered">;

/**
 * Compares what was emitted with what is on disk. Nothing is written.
 *
 * @throws UserError when a file of somebody else's is in the way, or a path would leave the folder.
 */
export function planOutput(
  folder: string,
  files: readonly EmittedFile[],
  provenance: Provenance,
): OutputPlan {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  checkPaths(sorted);
  const earlier = readManifest(folder);
  const earlierRendered = readRendered(folder);
  const known = { ...earlier?.files, ...earlierRendered };
  refuseForeign(folder, sorted, known);
  const written: EmittedFile[] = [];
  const edited: string[] = [];
  const unchanged: string[] = [];
  for (const file of sorted) {
    const present = contentOf(join(folder, file.path));
    if (present === file.content) unchanged.push(file.path);
    else written.push(file);
    if (present !== undefined && present !== file.content && sha256(present) !== known[file.path])
      edited.push(file.path);
  }
  const made = new Set(sorted.map(({ path }) => path));
  const removed = Object.keys(known).filter(
    (path) => !made.has(path) && isSafe(path) && existsSync(join(folder, path)),
  );
  const hashesOf = (list: readonly EmittedFile[]): Record<string, string> =>
    Object.fromEntries(list.map(({ path, content }) => [path, sha256(content)]));
  const rendered = hashesOf(sorted.filter(({ isRendered }) => isRendered === true));
  const digest = Object.keys(rendered).length > 0 ? { rendered: digestOf(rendered) } : {};
  const manifest: Manifest = {
    generator: "specwright",
    ...provenance,
    files: hashesOf(sorted.filter(({ isRendered }) => isRendered !== true)),
    ...digest,
  };
  const isManifestChanged = contentOf(join(folder, MANIFEST)) !== manifestText(manifest);
  return {
    folder,
    written,
    edited,
    removed,
    unchanged,
    manifest,
    isManifestChanged,
    rendered,
    formerlyRendered: Object.keys(earlierRendered),
    isRenderingKnown: earlier?.rendered === manifest.rendered,
  };
}

export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/**
 * What differs between the disk and the plan, as far as it is kept under version control: rendered files count by their
 * hash in the manifest. A manifest that differs otherwise is no fault: another version of the generator may make the
 * same files.
 */
export function differencesOf(plan: OutputPlan): string[] {
  const written = plan.written.filter(({ isRendered }) => isRendered !== true);
  const removed = plan.removed.filter((path) => !plan.formerlyRendered.includes(path));
  return [
    ...written.map(({ path }) => `~ ${path}`),
    ...removed.map((path) => `- ${path}`),
    ...(plan.isRenderingKnown ? [] : [`~ ${MANIFEST} (the hash of the rendered pages)`]),
  ];
}

function contentOf(file: string): string | undefined {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (!stat) return undefined;
  if (!stat.isFile()) {
    throw new UserError(
      "output",
      `${file} is in the way: it is no plain file.`,
      "Move it away, or build into another folder.",
    );
  }
  return readFileSync(file, "utf8");
}

function statOf(folder: string): Stats | undefined {
  try {
    return lstatSync(folder, { throwIfNoEntry: false });
  } catch (error) {
    throw explainedFileError(error, folder);
  }
}

/** Files that Specwright did not write are never touched, and a folder of somebody else's is not built into. */
function refuseForeign(
  folder: string,
  files: readonly EmittedFile[],
  known: Readonly<Record<string, string>>,
): void {
  const stat = statOf(folder);
  if (!stat) return;
  if (!stat.isDirectory() && !stat.isSymbolicLink()) {
    throw new UserError(
      "output",
      `${folder} is a file, not a folder.`,
      "Name a folder that is new, empty or built before.",
    );
  }
  const remedy = "Move it away, or build into a folder of its own.";
  const foreign = files.find(({ path, content }) => {
    return (
      !Object.hasOwn(known, path) &&
      existsSync(join(folder, path)) &&
      contentOf(join(folder, path)) !== content
    );
  });
  if (foreign) {
    const file = join(folder, foreign.path);
    throw new UserError("output", `${file} exists, and Specwright did not write it.`, remedy);
  }
  const isOurs = readManifest(folder) !== undefined;
  const others = isOurs ? [] : readdirSync(folder).filter((name) => !HARMLESS.test(name));
  if (others.length > 0) {
    const list = others.slice(0, 3).join(", ") + (others.length > 3 ? ", …" : "");
    throw new UserError(
      "output",
      `${folder} is not empty, and Specwright did not write it (${list}).`,
      remedy,
    );
  }
}

/** What may lie in a folder before its first build: installed packages, leftovers of a build that was killed, git's own. */
const HARMLESS = /^(node_modules|\.git.*|\.DS_Store|\.specwright-.*|package-lock\.json|dist)$/;

/** @throws UserError for a path that leaves the folder, or that another one is on some file systems. */
function checkPaths(files: readonly EmittedFile[]): void {
  const seen = new Map<string, string>();
  for (const { path } of files) {
    const folded = path.toLowerCase();
    const other = seen.get(folded);
    if (!isSafe(path) || other !== undefined) {
      const reason =
        other === undefined ? "leaves its folder" : `is the same as ${other} where case does not count`;
      throw new UserError(
        "output",
        `The output path ${JSON.stringify(path)} ${reason}.`,
        "Report this: names should have been made safe.",
      );
    }
    seen.set(folded, path);
  }
}

/** A relative path of plain segments, valid on every system. */
function isSafe(path: string): boolean {
  const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
  return path
    .split("/")
    .every((part) => /^[\w@.+-]+$/.test(part) && !/^\.{1,2}$/.test(part) && !reserved.test(part));
}
