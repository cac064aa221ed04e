import { createHash } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { after, createClock, MINUTE } from "../../../sandbox/src/clock.js";
import { S3Store, s3OptionsOf } from "../../../sandbox/src/files/s3-store.js";
import type { FileRow } from "../../../sandbox/src/files/store.js";
import { S3_CREDENTIALS, startObjectStore, type ObjectStore } from "./object-store.js";

const bytes = Buffer.from("An image, let us say.");
const clock = createClock();
let remote: ObjectStore;
let store: S3Store;
beforeAll(async () => {
  remote = await startObjectStore();
  store = new S3Store({ endpoint: remote.endpoint, bucket: "bucket", ...S3_CREDENTIALS }, clock);
});
afterAll(() => remote.close());

let count = 0;
function file(): FileRow {
  count += 1;
  const createdAt = clock.now();
  return {
    fileId: `file_${count}`,
    workspaceId: "w_one",
    name: "image.png",
    mediaType: "image/png",
    size: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    status: "pending",
    createdBy: null,
    createdAt,
    uploadExpiresAt: after(createdAt, 15 * MINUTE),
    uploadedAt: null,
    deletedAt: null,
  };
}

async function put(
  row: FileRow,
  body: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<number> {
  const target = await store.uploadTo(row);
  const answer = await fetch(target.url, { method: "PUT", body, headers: { ...target.headers, ...headers } });
  return answer.status;
}

describe("files in an S3-compatible store", () => {
  it("are kept there by the sandbox itself, as long as it knows what they are", async () => {
    const row = file();
    await store.write(row, bytes);
    expect(await store.check(row)).toBe("ready");
    await expect(store.write(row, Buffer.from("Something else."))).rejects.toThrow("answered 403");
    await store.remove(row.fileId);
  });

  it("go there and come back by presigned addresses, and are removed", async () => {
    const row = file();
    expect(await store.check(row)).toBe("pending");
    expect(await put(row, bytes)).toBe(200);
    expect(await store.check(row)).toBe("ready");
    const body = await store.read(row, { first: 0, last: bytes.length - 1 });
    expect(Buffer.from(await new Response(body).arrayBuffer())).toEqual(bytes);
    await store.remove(row.fileId);
    expect(remote.objects.size).toBe(0);
    await store.remove(row.fileId);
  });

  it.each([
    ["another size", Buffer.concat([bytes, bytes]), {}, "SignatureDoesNotMatch"],
    ["another type", bytes, { "Content-Type": "text/html" }, "SignatureDoesNotMatch"],
    ["another checksum", bytes, { "x-amz-checksum-sha256": "AAAA" }, "SignatureDoesNotMatch"],
    ["other bytes", Buffer.from(bytes).fill("x"), {}, "BadDigest"],
  ])("are refused with %s", async (_, body, headers, reason) => {
    remote.refusals.length = 0;
    expect(await put(file(), body, headers)).toBeGreaterThanOrEqual(400);
    expect(remote.refusals).toEqual([reason]);
  });

  it("are checked here where the store has no checksums", async () => {
    remote.checksums = false;
    try {
      const [right, wrong] = [file(), file()];
      await put(right, bytes);
      expect(await store.check(right)).toBe("ready");
      await put(wrong, Buffer.from(bytes).fill("x"));
      expect(await store.check(wrong)).toBe("failed");
      expect(remote.objects.has(`/bucket/${wrong.fileId}`)).toBe(false);
    } finally {
      remote.checksums = true;
    }
  });

  it("say so when the store refuses us, without its secrets", async () => {
    const options = {
      endpoint: remote.endpoint,
      bucket: "bucket",
      ...S3_CREDENTIALS,
      secretAccessKey: "wrong",
    };
    const error: unknown = await new S3Store(options, clock).check(file()).catch((reason: unknown) => reason);
    expect(String(error)).toBe("Error: The file store answered 403 to HEAD.");
  });

  it("are configured by the environment", () => {
    const keys = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" };
    expect(s3OptionsOf(keys)).toBeUndefined();
    expect(s3OptionsOf({ S3_BUCKET: "b", AWS_REGION: "eu-west-1", ...keys })).toEqual({
      bucket: "b",
      endpoint: "https://s3.eu-west-1.amazonaws.com",
      region: "eu-west-1",
      accessKeyId: "id",
      secretAccessKey: "key",
    });
    expect(() => s3OptionsOf({ S3_BUCKET: "b" })).toThrow("AWS_ACCESS_KEY_ID");
  });
});
