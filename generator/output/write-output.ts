import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { explainedFileError } from "../base/file-error.js";
import { MANIFEST, RENDERED } from "./manifest.js";
import { manifestText, type OutputPlan } from "./plan-output.js";

const STAGING = ".specwright-staging-";

/**
 * Carries out a plan. Everything is first written to a staging folder beside its place, then renamed into place, the
 * manifest last: a build that is killed, or a disk that is full, leaves each file as it was or as it shall be.
 *
 * @throws UserError when the folder cannot be written; the earlier output is untouched.
 */
export function writeOutput(plan: OutputPlan): void {
  const { folder, written, removed, manifest, isManifestChanged, rendered } = plan;
  removeLeftovers(folder);
  if (written.length === 0 && removed.length === 0 && !isManifestChanged) return;
  const staging = join(folder, `${STAGING}${process.pid}`);
  const files = [
    ...written,
    ...(Object.keys(rendered).length > 0
      ? [{ path: RENDERED, content: `${JSON.stringify(rendered, null, 2)}\n` }]
      : []),
    { path: MANIFEST, content: manifestText(manifest) },
  ];
  try {
    for (const { path, content } of files) {
      const staged = join(staging, path);
      mkdirSync(dirname(staged), { recursive: true });
      writeFileSync(staged, content);
    }
    for (const { path } of written) mkdirSync(dirname(join(folder, path)), { recursive: true });
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    throw explainedFileError(error, folder);
  }
  for (const { path } of files) renameSync(join(staging, path), join(folder, path));
  for (const path of removed) {
    rmSync(join(folder, path), { force: true });
    removeEmptyFolders(folder, dirname(path));
  }
  rmSync(staging, { recursive: true, force: true });
}

/** Staging folders of builds that were killed. */
function removeLeftovers(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (name.startsWith(STAGING)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function removeEmptyFolders(root: string, path: string): void {
  for (let current = path; current !== "." && current !== ""; current = dirname(current)) {
    if (readdirSync(join(root, current)).length > 0) return;
    rmdirSync(join(root, current));
  }
}
