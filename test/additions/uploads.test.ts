import { createHash } from "node:crypto";
import { createReadStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";

import { afterEach, describe, expect, it, vi } from "vitest";

import { WorkspaceClient, type UploadedFile, type UploadSource } from "../../generated/client/src/index.js";
import { failure, json, serve } from "../support/api-server.js";
import { scratchFolder } from "../support/scratch.js";
import { BYTES, SIGNATURE, fileWorld } from "./files-world.js";

const SHA256 = createHash("sha256").update(BYTES).digest("hex");
const IMAGE = new File([BYTES], "basket.png", { type: "image/png" });

function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  return new Blob([bytes]).stream();
}

function brokenStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.error(new Error("The disk is gone.")) });
}

function path(): string {
  const file = join(scratchFolder(), "basket.png");
  writeFileSync(file, BYTES);
  return file;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("an upload", () => {
  const sources: [what: string, source: () => UploadSource, options: object][] = [
    ["a File", () => IMAGE, {}],
    ["a Blob", () => new Blob([BYTES], { type: "image/png" }), { name: "basket.png" }],
    ["bytes", () => BYTES, { name: "basket.png" }],
    ["a buffer", () => BYTES.buffer, { name: "basket.png" }],
    ["a path", path, {}],
    ["a file URL", () => pathToFileURL(path()), {}],
    ["a stream", () => streamOf(BYTES), { name: "basket.png" }],
    [
      "a stream of known content",
      () => streamOf(BYTES),
      { name: "basket.png", size: BYTES.length, sha256: SHA256 },
    ],
  ];
  it.each(sources)(
    "of %s announces it and sends the bytes with the declared headers",
    async (_, source, options) => {
      const { workspace, api, store } = await fileWorld();
      const uploaded: UploadedFile = await workspace.files.upload(source(), options);
      expect(uploaded).toEqual({
        fileId: "file_1",
        assetUrl: `${api.url}/api/v1/workspaces/w_1/files/file_1/content`,
      });
      const announced: unknown = JSON.parse(String(api.received[0]?.body));
      expect(announced).toEqual({
        name: "basket.png",
        mediaType: "image/png",
        size: BYTES.length,
        sha256: SHA256,
      });
      const [sent] = store.received;
      expect(sent?.method).toBe("PUT");
      expect(sent?.body.equals(BYTES)).toBe(true);
      expect(sent?.headers).toMatchObject({
        "content-type": "image/png",
        "x-store-tag": "t1",
        "content-length": "300000",
      });
      expect(sent?.headers["transfer-encoding"]).toBeUndefined();
    },
  );

  it.each([
    ["elsewhere", (store: string) => `${store}/put`],
    ["on the API's own origin", (_: string, api: string) => `${api}/upload/put`],
  ])("sends neither credential nor header of the client to an address %s", async (_, uploadUrl) => {
    const { workspace, api, store } = await fileWorld({ uploadUrl });
    await workspace.files.upload(IMAGE, { headers: { "x-call": "1" } });
    const [sent] = [...store.received, ...api.received.slice(1)];
    expect(sent?.body).toHaveLength(BYTES.length);
    expect(JSON.stringify(sent?.headers)).not.toMatch(/secret|authorization|x-call|workspace-api/i);
    expect(api.received[0]?.headers["authorization"]).toBe("Bearer key_secret");
  });

  it("takes no place in the API's rate limit for the bytes", async () => {
    const { workspace } = await fileWorld();
    const before = workspace.rateLimit.snapshot().map(({ used }) => used);
    await workspace.files.upload(IMAGE);
    expect(workspace.rateLimit.snapshot().map(({ used }) => used)).toEqual(before.map((used) => used + 1));
  });

  it.each([
    ["in plain", undefined],
    ["with progress", (): void => {}],
  ])("sends the bytes again when the store fails for a while, %s", async (_, onProgress) => {
    let failures = 2;
    const { workspace, store, api } = await fileWorld({
      store: (_request, response) => response.writeHead(failures-- > 0 ? 503 : 200).end(),
    });
    await workspace.files.upload(IMAGE, { onProgress });
    expect(store.received.map(({ body }) => body.equals(BYTES))).toEqual([true, true, true]);
    expect(api.received).toHaveLength(1);
  });

  it("of a stream that is sent as it comes is not repeated, and says why", async () => {
    const { workspace, store } = await fileWorld({
      store: (_request, response) => response.writeHead(503).end(),
    });
    const options = { name: "a.png", size: BYTES.length, sha256: SHA256, onProgress: (): void => {} };
    const error = await failure(workspace.files.upload(streamOf(BYTES), options));
    expect(store.received).toHaveLength(1);
    expect(error).toMatchObject({ status: 503, operationId: "uploadFile" });
    expect(error.message).toContain("stream");
  });

  it("tells how far it is", async () => {
    const { workspace } = await fileWorld();
    const seen: number[] = [];
    await workspace.files.upload(path(), {
      onProgress: ({ loaded, total }) => {
        expect(total).toBe(BYTES.length);
        seen.push(loaded);
        throw new Error("a progress bar that fails");
      },
    });
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(BYTES.length);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it("reads a stream no faster than it is sent", async () => {
    const folder = scratchFolder();
    const file = join(folder, "large.mp4");
    const size = 40 * 1024 * 1024;
    writeFileSync(file, Buffer.alloc(size));
    const nodeStream = createReadStream(file);
    let taken = 0;
    const controller = new AbortController();
    const { workspace } = await fileWorld({
      uploadUrl: (store) => `${store}/put`,
      options: {
        // A connection that takes one chunk and no more.
        fetch: async (input, init) => {
          if (!String(input).endsWith("/put")) return fetch(input, init);
          const reader = Readable.toWeb(
            Readable.from(init?.body as unknown as AsyncIterable<Uint8Array>),
          ).getReader();
          await reader.read();
          taken = nodeStream.bytesRead;
          controller.abort();
          return new Response();
        },
      },
    });
    const source = Readable.toWeb(nodeStream) as ReadableStream<Uint8Array>;
    await workspace.files.upload(source, { name: "large.mp4", size, sha256: SHA256 }).safe();
    expect(controller.signal.aborted).toBe(true);
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(size / 4);
    nodeStream.destroy();
  });

  it.each([
    ["plain http", "http://store.example/put"],
    ["no URL", "put"],
  ])("does not go to an address that is %s", async (_, address) => {
    const { workspace } = await fileWorld({ uploadUrl: () => address });
    const error = await failure(workspace.files.upload(IMAGE));
    expect(error.code).toBe("invalid_request");
    expect(error.message).toContain("not encrypted");
  });

  it("that the store refuses is a typed error, which says nothing of the signed address", async () => {
    const events: unknown[] = [];
    const { workspace, store } = await fileWorld({
      store: (_request, response) =>
        response
          .writeHead(403, { "content-type": "application/xml" })
          .end("<Error><Code>AccessDenied</Code></Error>"),
      options: { onEvent: (event) => events.push(event) },
    });
    const result = await workspace.files.upload(IMAGE).safe();
    expect(result.ok).toBe(false);
    const error = result.ok ? undefined : result.error;
    expect(error).toMatchObject({ status: 403 });
    expect(error?.message).toContain("AccessDenied");
    expect(store.received).toHaveLength(1);
    const told =
      inspect([error, events], { depth: 9 }) + JSON.stringify([error, events]) + String(error?.stack);
    expect(told).not.toContain(SIGNATURE);
    expect(told).not.toContain("key_secret");
  });

  it.each([
    ["without a name", BYTES, {}, "give `name`"],
    ["of an unknown type", BYTES, { name: "notes" }, "give `mediaType`"],
    ["of a type that is a member of all objects", BYTES, { name: "notes.constructor" }, "give `mediaType`"],
    ["from a path that leads nowhere", "/nowhere/basket.png", {}, "basket.png cannot be read"],
    ["of a folder", scratchFolder(), { name: "folder.png" }, "folder.png cannot be read"],
    ["from a URL of the web", new URL("https://x.test/basket.png"), {}, "basket.png cannot be read"],
    ["from a URL with a broken name", new URL("file:///tmp/%zz.png"), {}, "%zz.png cannot be read"],
    ["from a stream that breaks off", brokenStream(), { name: "a.png" }, "a.png cannot be read"],
  ])("%s is refused before anything leaves", async (_, source, options, message) => {
    const { workspace, api } = await fileWorld();
    const error = await failure(workspace.files.upload(source, options));
    expect(error).toMatchObject({ code: "invalid_request", operationId: "uploadFile" });
    expect(error.message).toContain(message);
    expect(api.received).toHaveLength(0);
  });

  it("is refused by the API with the operation's own errors", async () => {
    const api = await serve((_, response) =>
      json(response, 422, { code: "file_type_not_allowed", message: "No." }),
    );
    const workspace = new WorkspaceClient({ baseUrl: api.url, apiKey: "k" });
    const error = await failure(workspace.files.upload(new File(["x"], "a.svg", { type: "image/svg+xml" })));
    expect(error).toMatchObject({ code: "file_type_not_allowed", status: 422 });
  });

  it.each([
    ["its signal", (controller: AbortController) => ({ signal: controller.signal }), "aborted"],
    ["its time", () => ({ timeoutMs: 300 }), "timeout"],
  ])("is ended by %s, while the store takes its time", async (_, options, code) => {
    const controller = new AbortController();
    const { workspace } = await fileWorld({ store: () => controller.abort() });
    expect((await failure(workspace.files.upload(IMAGE, options(controller)))).code).toBe(code);
  });

  it("works without Node: hashes in one piece, tells start and end, takes no path", async () => {
    vi.stubGlobal("process", undefined);
    vi.resetModules();
    const web: typeof import("../../generated/client/src/index.js") =
      await import("../../generated/client/src/index.js");
    vi.unstubAllGlobals();
    const { api, store } = await fileWorld();
    const workspace = new web.WorkspaceClient({ baseUrl: `${api.url}/api/v1`, apiKey: "k" });
    vi.stubGlobal("process", { ...process, getBuiltinModule: undefined });
    const seen: number[] = [];
    await workspace.files.upload(streamOf(BYTES), {
      name: "basket.png",
      size: BYTES.length,
      sha256: SHA256,
      onProgress: ({ loaded }) => seen.push(loaded),
    });
    await workspace.files.upload(IMAGE);
    expect(seen).toEqual([0, BYTES.length]);
    expect(store.received.map(({ body }) => body.equals(BYTES))).toEqual([true, true]);
    expect(JSON.parse(String(api.received[1]?.body))).toMatchObject({ sha256: SHA256 });
    const error = await failure(workspace.files.upload("/tmp/a.png"));
    expect(error.message).toContain("on Node only");
  });
});
