import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { UserError } from "../base/user-error.js";
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
    throw explained(error, folder);
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

function explained(error: unknown, folder: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reasons: Record<string, [message: string, remedy: string]> = {
    EACCES: ["may not be written", "Grant write access to it, or build into another folder."],
    EPERM: ["may not be written", "Grant write access to it, or build into another folder."],
    // What Node says when a folder cannot be made on a read-only file system.
    ENOENT: [
      "cannot be created",
      "Check that the folder above it may be written to, or build into another folder.",
    ],
    EROFS: ["lies on a read-only file system", "Build into another folder."],
    ENOSPC: ["cannot be written: the disk is full", "Free some space; the earlier output is as it was."],
    EDQUOT: ["cannot be written: the quota is used up", "Free some space; the earlier output is as it was."],
    ENOTDIR: ["has a file where a folder is needed", "Move the file away."],
    EEXIST: ["has a file where a folder is needed", "Move the file away."],
  };
  const reason = reasons[code];
  return reason ? new UserError("output", `${folder} ${reason[0]}.`, reason[1]) : error;
}
