import { UserError } from "./user-error.js";

const REASONS: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  EACCES: ["may not be written", "Grant write access to it, or choose another folder."],
  EPERM: ["may not be written", "Grant write access to it, or choose another folder."],
  // What Node says when a folder cannot be made on a read-only file system.
  ENOENT: [
    "cannot be created",
    "Check that the folder above it may be written to, or choose another folder.",
  ],
  EROFS: ["lies on a read-only file system", "Choose another folder."],
  ENOSPC: ["cannot be written: the disk is full", "Free some space; the earlier output is as it was."],
  EDQUOT: ["cannot be written: the quota is used up", "Free some space; the earlier output is as it was."],
  ENOTDIR: ["has a file where a folder is needed", "Move the file away, or choose another folder."],
  EEXIST: ["has a file where a folder is needed", "Move the file away, or choose another folder."],
};

/** What the file system said of a folder that was to be written, in words; the error itself where that is not known. */
export function explainedFileError(error: unknown, folder: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = REASONS[code];
  return reason ? new UserError("output", `${folder} ${reason[0]}.`, reason[1]) : error;
}
