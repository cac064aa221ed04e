import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";

import { describe, expect, test } from "vitest";

import { withFileLock } from "../../../templates/client/src/oauth/file-lock.js";
import { createFileStore } from "../../../templates/client/src/oauth/file-store.js";
import { nodeHost, type NodeFiles } from "../../../templates/client/src/oauth/node-files.js";
import { call } from "../../../templates/client/src/runtime/call.js";
import { apiFor, failure, operation } from "../../support/api-server.js";
import { run } from "../../support/cli.js";
import { oauthAt } from "../../support/oauth-client.js";
import { serveOAuth } from "../../support/oauth-server.js";
import { scratchFolder } from "../../support/scratch.js";

const home = scratchFolder();
const never = (): AbortSignal => new AbortController().signal;
const read = operation({ security: [["oauth"]] });
const WORKER = ["--import", "tsx", resolve("test/support/oauth-worker.ts")];
let count = 0;
const newFile = (): string => join(home, `${++count}`, "tokens.json");

/** A process id that no process has. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["--eval", ""]);
  await new Promise((done) => child.on("exit", done));
  return child.pid ?? 0;
}

function lock(file: string, holder: { pid: number; hostname?: string; since?: number }): void {
  mkdirSync(join(file, ".."), { recursive: true });
  const content = { hostname: hostname(), since: Date.now(), id: "theirs", ...holder };
  writeFileSync(`${file}.lock`, JSON.stringify(content));
}

describe("a token file", () => {
  test("can be read by its owner alone, is replaced as a whole, and leaves nothing beside it", async () => {
    const file = newFile();
    const store = createFileStore(file);
    expect(store.load()).toBeUndefined();
    await store.exclusive?.(async () => store.save({ accessToken: "a", refreshToken: "r" }), never());
    await store.save({ accessToken: "b", refreshToken: "s", scopes: ["read"], expiresAt: 5 });
    expect(store.load()).toEqual({ accessToken: "b", refreshToken: "s", scopes: ["read"], expiresAt: 5 });
    expect([statSync(file).mode & 0o777, statSync(join(file, "..")).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(readdirSync(join(file, ".."))).toEqual(["tokens.json"]);
    await store.save(undefined);
    expect([existsSync(file), store.load()]).toEqual([false, undefined]);
    expect(JSON.stringify(store)).toBe("{}");
  });

  test.each(["s3cret{", "[]", '"s3cret"', "{}"])(
    "that holds %s is refused, and its content is not said",
    (text) => {
      const file = newFile();
      mkdirSync(join(file, ".."));
      writeFileSync(file, text);
      const message = `the file ${file} does not hold tokens; remove it and sign in again`;
      expect(() => createFileStore(file).load()).toThrow(message);
    },
  );

  test("that cannot be written fails the call with the reason, and not with what it was to hold", async () => {
    const server = await serveOAuth();
    const file = join(home, "a-file", "tokens.json");
    writeFileSync(join(home, "a-file"), "");
    const oauth = oauthAt(server, { store: createFileStore(file) });
    const started = await oauth.start();
    const error = await failure(oauth.finish(server.approve(started.url), started));
    expect(error).toMatchObject({ name: "TokenStoreError", message: "the token store failed (EEXIST)" });
  });
});

describe("the lock of a token file", () => {
  test("lets one in at a time, in whatever state a dead process left it", async () => {
    const file = newFile();
    lock(file, { pid: await deadPid() });
    let [inside, most, done] = [0, 0, 0];
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise((next) => setTimeout(next, 2));
      inside--;
      done++;
    };
    await Promise.all(Array.from({ length: 20 }, () => createFileStore(file).exclusive?.(work, never())));
    expect([most, done]).toEqual([1, 20]);
    expect(readdirSync(join(file, ".."))).toEqual([]);
  });

  test("is not taken from one who took it from the dead just before", async () => {
    const file = newFile();
    lock(file, { pid: await deadPid() });
    const host = nodeHost();
    if (!host) throw new Error("This is not Node.");
    let [inside, isFirst] = [0, true];
    let leave = (): void => {};
    const left = new Promise<void>((done) => (leave = done));
    const work = async (): Promise<void> => {
      expect(++inside).toBe(1);
      await left;
      inside--;
    };
    // Between the slow one's look at the lock and what it does about it, the fast one is done with both.
    let fast: Promise<void> | undefined;
    const slowRead: NodeFiles["readFileSync"] = (path, encoding) => {
      const text = host.files.readFileSync(path, encoding);
      if (isFirst) fast = withFileLock(host, `${file}.lock`, work, never());
      isFirst = false;
      return text;
    };
    const slowHost = { ...host, files: { ...host.files, readFileSync: slowRead } };
    const slow = withFileLock(slowHost, `${file}.lock`, work, never());
    setTimeout(leave, 100);
    await Promise.all([slow, fast]);
    expect([inside, fast]).toEqual([0, expect.any(Promise)]);
  });

  test.each<[name: string, since: number]>([
    ["has hung", Date.now() - 91_000],
    ["comes from the future", Date.now() + 1e9],
  ])("is taken from a process elsewhere that %s", async (_name, since) => {
    const file = newFile();
    lock(file, { pid: 1, hostname: "elsewhere", since });
    expect(await createFileStore(file).exclusive?.(() => Promise.resolve("in"), never())).toBe("in");
  });

  test("is not taken from a process that lives, and a caller who waits for it can leave", async () => {
    const file = newFile();
    for (const holder of [{ pid: process.pid }, { pid: 999_999_999, hostname: "elsewhere" }]) {
      lock(file, holder);
      const controller = new AbortController();
      const waiting = createFileStore(file).exclusive?.(() => Promise.resolve("in"), controller.signal);
      setTimeout(() => controller.abort(new Error("left")), 100);
      await expect(waiting).rejects.toThrow("left");
      expect(JSON.parse(readFileSync(`${file}.lock`, "utf8"))).toMatchObject(holder);
    }
  });

  test("that was taken over is not removed by who had it before", async () => {
    const file = newFile();
    await createFileStore(file).exclusive?.(async () => lock(file, { pid: process.pid }), never());
    expect(existsSync(`${file}.lock`)).toBe(true);
  });

  test("does not keep a process alive once nobody waits for it", async () => {
    const server = await serveOAuth();
    const file = newFile();
    await createFileStore(file).save({ ...server.signedIn(), refreshAt: 0, expiresAt: 0 });
    lock(file, { pid: process.pid });
    const api = apiFor(`${server.url}/api`, {
      auth: oauthAt(server, { store: createFileStore(file) }).token,
    });
    const waiting = call(api, read, {}, { timeoutMs: 100 });
    expect(await failure(waiting)).toMatchObject({ code: "timeout" });
    await new Promise((next) => setTimeout(next, 100));
    expect(process.getActiveResourcesInfo().filter((kind) => kind === "Timeout")).toEqual([]);
    expect(server.refreshes).toBe(0);
  });
});

describe("processes that share a token file", () => {
  test("rotate its refresh token over and over, and nobody is signed out", async () => {
    const server = await serveOAuth({ extras: { expires_in: 0.01 } });
    const file = newFile();
    await createFileStore(file).save(server.signedIn());
    server.expireAccess();
    const results = await Promise.all(
      [1, 2].map(() => run(process.execPath, [...WORKER, server.url, file, "60"], ".")),
    );
    expect(results.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ""],
      [0, ""],
    ]);
    expect([server.reuses, server.families[0]?.isRevoked]).toEqual([0, false]);
    // How many there are depends on how many calls fit into the life of a token.
    expect(server.refreshes).toBeGreaterThan(5);
  });

  test("go on when one is killed in the middle of a refresh", async () => {
    let isFirst = true;
    let seen = (): void => {};
    const atServer = new Promise<void>((reached) => (seen = reached));
    const server = await serveOAuth({
      before: async () => {
        if (!isFirst) return false;
        isFirst = false;
        seen();
        // Never answered, and never carried out.
        return true;
      },
    });
    const file = newFile();
    await createFileStore(file).save({ ...server.signedIn(), refreshAt: 0, expiresAt: 0 });
    const child = spawn(process.execPath, [...WORKER, server.url, file, "1"]);
    await atServer;
    expect(JSON.parse(readFileSync(`${file}.lock`, "utf8"))).toMatchObject({ pid: child.pid });
    const api = apiFor(`${server.url}/api`, {
      auth: oauthAt(server, { store: createFileStore(file) }).token,
    });
    const waiting = call(api, read, {});
    const exit = new Promise((done) => child.on("exit", (_code, signal) => done(signal)));
    child.kill("SIGKILL");
    expect(await exit).toBe("SIGKILL");
    expect(await waiting).toEqual({ fine: true });
    expect([server.refreshes, server.reuses]).toEqual([2, 0]);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });
});
