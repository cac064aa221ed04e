import { RequestError } from "../runtime/errors.js";
import { TokenStoreError } from "./errors.js";
import { withFileLock } from "./file-lock.js";
import { codeOf, nodeHost, type NodeFiles } from "./node-files.js";
import type { Tokens, TokenStore } from "./store.js";

/**
 * Keeps tokens in a file that only its owner can read (mode 0600), replaced as a whole. Any number of processes on a
 * machine can share it: one at a time refreshes, the others take what it got, and a process that dies is no obstacle.
 * For Node and what behaves like it; the file system must know hard links.
 *
 * @throws RequestError where there are no files, as in a browser.
 */
export function createFileStore(path: string): TokenStore {
  const host = nodeHost();
  if (!host)
    throw new RequestError("createFileStore needs Node 20.16 or newer; use another token store here");
  const { files } = host;
  return {
    load: () => readTokens(files, path),
    save(tokens) {
      if (!tokens) return files.rmSync(path, { force: true });
      makeFolderOf(files, path);
      const draft = `${path}.${crypto.randomUUID()}`;
      files.writeFileSync(draft, JSON.stringify(tokens), { flag: "wx", mode: 0o600, flush: true });
      files.renameSync(draft, path);
    },
    async exclusive(work, signal) {
      makeFolderOf(files, path);
      return withFileLock(host, `${path}.lock`, work, signal);
    },
  };
}

function makeFolderOf(files: NodeFiles, path: string): void {
  const folder = /^.*(?=[/\\])/.exec(path)?.[0];
  if (folder) files.mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** What save() has written. What else the file holds is not shown: it may be secret. */
function readTokens(files: NodeFiles, path: string): Tokens | undefined {
  let text: string;
  try {
    text = files.readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const tokens: unknown = JSON.parse(text);
    if (typeof tokens === "object" && tokens !== null && "accessToken" in tokens) return tokens as Tokens;
  } catch {
    // Said below.
  }
  throw new TokenStoreError(`the file ${path} does not hold tokens; remove it and sign in again`);
}
