import { createHash } from "node:crypto";
import { existsSync, readdirSync, readlinkSync } from "node:fs";

import { WorkspaceClient } from "@workspace-api/client";
import { contract } from "@workspace-api/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { MINUTE } from "../../../sandbox/src/clock.js";
import { serveSandbox } from "../../../sandbox/src/serve.js";
import { createSandbox } from "../../../sandbox/src/create-sandbox.js";
import { describeDatabases } from "../../support/databases.js";
import { startSandbox, type Identity, type TestSandbox } from "../../support/sandbox.js";
import { S3_CREDENTIALS, startObjectStore, type ObjectStore } from "../files/object-store.js";

const bytes = new TextEncoder().encode("An image, let us say.");
const PATH = "/workspaces/current/files";
/** Where Linux tells which files a process holds open. */
const OPEN_FILES = "/proc/self/fd";
const IMAGE = {
  name: "image.png",
  mediaType: "image/png",
  size: bytes.length,
  sha256: createHash("sha256").update(bytes).digest("hex"),
};

/** The bytes of `IMAGE`, by the rules of HTTP, wherever they are kept. */
async function showsAsPagesNeed(sandbox: TestSandbox, path: string): Promise<void> {
  const read = async (headers: Record<string, string> = {}, method = "GET") => {
    const response = await sandbox.call(method, path, { headers });
    const { status } = response;
    const told = Object.fromEntries(
      ["content-type", "content-length", "content-range"].map((name) => [name, response.headers.get(name)]),
    );
    return { response, told: { status, ...told }, body: new Uint8Array(await response.arrayBuffer()) };
  };
  const { length } = bytes;
  const type = { "content-type": "image/png" };
  const whole = { status: 200, ...type, "content-length": String(length), "content-range": null };
  const all = await read();
  expect([all.told, all.body]).toEqual([whole, bytes]);
  expect(all.response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(all.response.headers.get("accept-ranges")).toBe("bytes");
  expect((await read({}, "HEAD")).told).toEqual(whole);
  const etag = all.response.headers.get("etag") ?? "";
  const known = await read({ "if-none-match": etag });
  expect([known.response.status, known.body.length, known.response.headers.get("etag")]).toEqual([
    304,
    0,
    etag,
  ]);
  for (const [range, first, last] of [
    ["bytes=0-1", 0, 1],
    ["bytes=3-", 3, length - 1],
    ["bytes=-4", length - 4, length - 1],
    ["bytes=2-9999", 2, length - 1],
  ] as const) {
    const part = await read({ range });
    expect(part.body).toEqual(bytes.slice(first, last + 1));
    const told = {
      "content-length": String(last + 1 - first),
      "content-range": `bytes ${first}-${last}/${length}`,
    };
    expect(part.told).toEqual({ status: 206, ...type, ...told });
  }
  for (const range of ["bytes=9999-", "bytes=3-1", "bytes=0-1,3-4", "lines=1-2", "bytes=-"])
    expect((await read({ range })).told).toEqual(whole);
}

describeDatabases("stored bytes", (open) => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ database: await open() });
  });
  afterAll(() => sandbox.close());

  async function announce(as: Identity = "member", body: unknown = IMAGE) {
    const response = await sandbox.call("POST", PATH, { as, body });
    return response.json();
  }

  interface Upload {
    readonly uploadUrl: string;
    readonly uploadHeaders: Record<string, string>;
  }

  async function put(
    { uploadUrl, uploadHeaders }: Upload,
    body: BodyInit = bytes,
    headers: Record<string, string> = {},
  ): Promise<number> {
    const length = body instanceof Uint8Array ? { "Content-Length": String(body.byteLength) } : {};
    const all = { ...length, ...uploadHeaders, ...headers };
    return (await sandbox.fetch(new Request(uploadUrl, { method: "PUT", headers: all, body }))).status;
  }

  const statusOf = async (fileId: string): Promise<string> =>
    (await (await sandbox.call("GET", `${PATH}/${fileId}`)).json()).status;

  describe("files on disk", () => {
    it("are announced, sent once without a credential, and read with one", async () => {
      const upload = await announce();
      expect(upload).toMatchObject({ uploadMethod: "PUT", uploadHeaders: { "Content-Type": "image/png" } });
      const early = await sandbox.call("GET", `${PATH}/${upload.fileId}/content`);
      expect(await early.json()).toMatchObject({ code: "file_not_ready" });

      expect(await put(upload)).toBe(204);
      expect(await put(upload)).toBe(409);
      const { assetUrl, status, createdBy } = await (
        await sandbox.call("GET", `${PATH}/${upload.fileId}`)
      ).json();
      expect({ assetUrl, status, createdBy }).toEqual({
        assetUrl: upload.assetUrl,
        status: "ready",
        createdBy: "u_mia",
      });

      const path = new URL(assetUrl).pathname.replace("/api/v1", "");
      const read = await sandbox.call("GET", path, { as: "key" });
      expect(read.headers.get("etag")).toBe(`"${IMAGE.sha256}"`);
      expect(new Uint8Array(await read.arrayBuffer())).toEqual(bytes);
      expect((await sandbox.call("GET", path, { as: "nobody" })).status).toBe(401);
      expect((await sandbox.call("GET", path, { as: "stranger" })).status).toBe(404);
    });

    it("are shown as pages need it", async () => {
      const upload = await announce();
      expect(await put(upload)).toBe(204);
      await showsAsPagesNeed(sandbox, `${PATH}/${upload.fileId}/content`);
    });

    it("fail for good when other bytes arrive, and wait on when too few do", async () => {
      const wrong = await announce();
      expect(await put(wrong, new Uint8Array(bytes).fill(1))).toBe(400);
      expect(await statusOf(wrong.fileId)).toBe("failed");
      expect(await put(wrong)).toBe(409);

      const cut = await announce();
      const headers = { "Content-Length": String(bytes.length) };
      expect(await put(cut, "An image", headers)).toBe(400);
      expect(await statusOf(cut.fileId)).toBe("pending");
      expect(await put(cut)).toBe(204);
    });

    it.skipIf(!existsSync(OPEN_FILES))("are not held open for who asks for their headers alone", async () => {
      const upload = await announce();
      expect(await put(upload)).toBe(204);
      const head = await sandbox.call("HEAD", `${PATH}/${upload.fileId}/content`);
      expect(head.status).toBe(200);
      const held = readdirSync(OPEN_FILES).map((name) => {
        try {
          return readlinkSync(`${OPEN_FILES}/${name}`);
        } catch {
          return "";
        }
      });
      expect(held.filter((path) => path.endsWith(upload.fileId))).toEqual([]);
    });

    it("stay failed when the right bytes end last", async () => {
      const upload = await announce();
      let finish = (): void => {};
      const late = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes.subarray(0, 5));
          finish = () => {
            controller.enqueue(bytes.subarray(5));
            controller.close();
          };
        },
      });
      const url = upload.uploadUrl;
      const headers = { ...upload.uploadHeaders, "Content-Length": String(bytes.length) };
      const request = new Request(url, { method: "PUT", headers, body: late, duplex: "half" } as RequestInit);
      const right = sandbox.fetch(request);
      while (!late.locked) await sandbox.database.ping();
      expect(await put(upload, new Uint8Array(bytes).fill(1))).toBe(400);
      finish();
      expect((await right).status).toBe(400);
      expect(await statusOf(upload.fileId)).toBe("failed");
    });

    it.each([
      ["another type", 400, (): Record<string, string> => ({ "Content-Type": "text/html" })],
      ["another length", 400, (): Record<string, string> => ({ "Content-Length": "5" })],
    ])("take nothing with %s", async (_, status, headers) => {
      const upload = await announce();
      expect(await put(upload, bytes, headers())).toBe(status);
      expect(await statusOf(upload.fileId)).toBe("pending");
    });

    it("take nothing at an address that was changed, belongs to another file, or is older than 15 minutes", async () => {
      const [one, two] = [await announce(), await announce()];
      const swapped = one.uploadUrl.replace(one.fileId, two.fileId);
      const later = one.uploadUrl.replace(/expires=\d+/, (text: string) => `${text}0`);
      const unsigned = one.uploadUrl.replace(/signature=[^&]+/, "signature=AAAA");
      for (const uploadUrl of [swapped, later, unsigned]) expect(await put({ ...one, uploadUrl })).toBe(403);
      sandbox.clock.advance(15 * MINUTE - 1);
      expect(await put(one)).toBe(204);
      sandbox.clock.advance(1);
      expect(await put(two)).toBe(403);
      expect(await statusOf(two.fileId)).toBe("failed");
    });

    it.each([
      ["file_type_not_allowed", { ...IMAGE, mediaType: "image/svg+xml" }],
      ["file_type_not_allowed", { ...IMAGE, mediaType: "constructor" }],
      ["file_too_large", { ...IMAGE, size: 20 * 1024 * 1024 + 1 }],
      ["file_too_large", { ...IMAGE, mediaType: "video/mp4", size: 200 * 1024 * 1024 + 1 }],
      ["validation_failed", { ...IMAGE, sha256: "abc" }],
    ])("are refused with %s: %j", async (code, body) => {
      expect(await announce("member", body)).toMatchObject({ code });
    });

    it("are not ready where another folder is in use than the one that they came to", async () => {
      const upload = await announce();
      expect(await put(upload)).toBe(204);
      const { database, clock } = sandbox;
      const moved = await createSandbox({ database, clock, checkResponses: true, runDeliveries: false });
      const response = await moved.fetch(
        new Request(upload.assetUrl, { headers: { authorization: `Bearer ${sandbox.secrets.key}` } }),
      );
      expect(await response.json()).toMatchObject({ code: "file_not_ready" });
      await moved.close();
    });

    it("are deleted by who sent them, by managers and by keys", async () => {
      const remove = async (fileId: string, as: Identity): Promise<number> =>
        (await sandbox.call("DELETE", `${PATH}/${fileId}`, { as })).status;
      const upload = await announce("member");
      await put(upload);
      expect(await remove(upload.fileId, "other")).toBe(403);
      expect(await remove(upload.fileId, "stranger")).toBe(404);
      expect(await remove(upload.fileId, "member")).toBe(204);
      expect(await remove(upload.fileId, "member")).toBe(404);
      expect((await sandbox.call("GET", `${PATH}/${upload.fileId}/content`)).status).toBe(404);
      for (const as of ["admin", "key"] as const) {
        expect(await remove((await announce("member")).fileId, as)).toBe(204);
      }
      expect(await put(await announce("key"))).toBe(204);
    });
  });

  describe("files in a bucket", () => {
    let remote: ObjectStore;
    let elsewhere: TestSandbox;
    beforeAll(async () => {
      remote = await startObjectStore();
      const s3 = { endpoint: remote.endpoint, bucket: "bucket", ...S3_CREDENTIALS };
      elsewhere = await startSandbox({ database: await open(), s3 });
    });
    afterAll(async () => {
      await elsewhere.close();
      await remote.close();
    });

    it("are sent to and read from the store itself", async () => {
      const upload = await (await elsewhere.call("POST", PATH, { body: IMAGE })).json();
      const sent = await fetch(upload.uploadUrl, {
        method: "PUT",
        body: bytes,
        headers: upload.uploadHeaders,
      });
      expect(sent.status).toBe(200);
      const file = await (await elsewhere.call("GET", `${PATH}/${upload.fileId}`)).json();
      expect(file.status).toBe("ready");
      await showsAsPagesNeed(elsewhere, `${PATH}/${upload.fileId}/content`);
      expect((await elsewhere.call("DELETE", `${PATH}/${upload.fileId}`)).status).toBe(204);
      expect(remote.objects.size).toBe(0);
    });

    it("go there and come from there by the client, over HTTP, without its credential", async () => {
      const served = await serveSandbox(elsewhere, { port: 0 });
      try {
        const baseUrl = served.url + contract.basePath;
        const apiKey = elsewhere.secrets.key;
        const client = new WorkspaceClient({ baseUrl, apiKey });
        const { fileId, assetUrl } = await client.files.upload(new Blob([bytes], { type: "image/png" }), {
          name: "image.png",
        });
        const headers = { authorization: `Bearer ${apiKey}` };
        const answer = await fetch(assetUrl, { headers });
        expect(answer.headers.get("content-length")).toBe(String(bytes.length));
        for (const source of [fileId, assetUrl]) {
          const download = await client.files.download(source);
          expect(new Uint8Array(await download.arrayBuffer())).toEqual(bytes);
        }
        expect(remote.refusals).toEqual([]);
      } finally {
        await served.close();
      }
    });
  });
});
