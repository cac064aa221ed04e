import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { explained, Refusal } from "./refusal.js";

/** A folder that a sandbox keeps its data in. */
export interface DataFolder {
  readonly database: string;
  readonly files: string;
  /** Lets others use the folder. */
  release(): Promise<void>;
}

/** Tells a folder of a sandbox from all others, which are left alone. */
const MARK = "sandbox.json";
const LOCK = "sandbox.pid";
const DATA = ["database", "database.unfinished", "files"];
const CHOOSE = "Choose another folder with --data.";

/** Takes a folder for this process alone. `fresh` removes what an earlier sandbox left there, and nothing else. */
export async function openDataFolder(path: string, fresh: boolean): Promise<DataFolder> {
  if (path === "") throw new Refusal("--data is empty. Give the folder to keep the data in.");
  return explained(`${path} cannot be used as a folder for the data`, CHOOSE, async () => {
    await mkdir(path, { recursive: true });
    const names = await readdir(path);
    if (names.length > 0 && !names.includes(MARK)) {
      const some = names.slice(0, 3).join(", ") + (names.length > 3 ? " and more" : "");
      throw new Refusal(`${path} holds ${some}, which is not a sandbox's. ${CHOOSE}`);
    }
    const about = "The data of a workspace sandbox. `--fresh` removes them.";
    if (names.length === 0) await writeFile(join(path, MARK), `${JSON.stringify({ about })}\n`);
    await take(path);
    for (const name of fresh ? DATA : []) await rm(join(path, name), { recursive: true, force: true });
    return {
      database: join(path, "database"),
      files: join(path, "files"),
      release: () => rm(join(path, LOCK), { force: true }),
    };
  });
}

/** Notes that this process holds the folder, unless a living one does. */
async function take(path: string): Promise<void> {
  const file = join(path, LOCK);
  const owner = ownerOf(file);
  if (owner !== undefined) {
    throw new Refusal(
      `${path} is in use by process ${owner}. Stop that sandbox, or choose another folder with --data. ` +
        `If process ${owner} is no sandbox, remove ${file}.`,
    );
  }
  await rm(file, { force: true });
  // Of two that come at once, only one makes the file.
  await writeFile(file, String(process.pid), { flag: "wx" });
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
