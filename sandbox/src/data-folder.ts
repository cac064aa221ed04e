import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A folder that a sandbox keeps its data in. */
export interface DataFolder {
  readonly database: string;
  readonly files: string;
  /** Lets others use the folder. */
  release(): Promise<void>;
}

const LOCK = "sandbox.pid";
const OURS = ["database", "database.unfinished", "files", LOCK];

/** Takes a folder for this process alone. `fresh` removes what an earlier sandbox left there, and nothing else. */
export async function openDataFolder(path: string, fresh: boolean): Promise<DataFolder> {
  await mkdir(path, { recursive: true });
  const owner = ownerOf(join(path, LOCK));
  if (owner !== undefined) {
    throw new Error(
      `${path} is in use by process ${owner}. Stop that sandbox, or choose another folder with --data.`,
    );
  }
  if (fresh) {
    const strange = (await readdir(path)).filter((name) => !OURS.includes(name));
    if (strange.length > 0) {
      throw new Error(
        `${path} holds ${strange.join(", ")}, which is not a sandbox's. Choose another folder with --data.`,
      );
    }
    for (const name of OURS) await rm(join(path, name), { recursive: true, force: true });
  }
  await writeFile(join(path, LOCK), String(process.pid));
  return {
    database: join(path, "database"),
    files: join(path, "files"),
    release: () => rm(join(path, LOCK), { force: true }),
  };
}

/** The living process that holds the folder. One that was killed leaves its mark, but holds nothing. */
function ownerOf(lock: string): number | undefined {
  if (!existsSync(lock)) return undefined;
  const pid = Number(readFileSync(lock, "utf8"));
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // It lives, but belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM" ? pid : undefined;
  }
}
