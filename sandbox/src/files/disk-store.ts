import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

import type { ByteRange, FileRow, FileStore } from "./store.js";

/** What came of bytes that were sent. */
export type Arrival = "complete" | "wrong" | "cut off";

/** Keeps files in a folder. Their bytes pass through this server, at signed addresses. */
export class DiskStore implements FileStore {
  readonly #folder: string;
  readonly #secret: Buffer;

  constructor(folder: string, secret: Buffer) {
    this.#folder = folder;
    this.#secret = secret;
  }

  async uploadTo({ fileId, mediaType, uploadExpiresAt }: FileRow, origin: string) {
    const url = new URL(`/uploads/${fileId}`, origin);
    const expires = String(uploadExpiresAt.getTime());
    url.searchParams.set("expires", expires);
    url.searchParams.set("signature", this.#sign(fileId, expires).toString("base64url"));
    return { url: url.href, headers: { "Content-Type": mediaType } };
  }

  /** Whether an upload address is one that we gave. */
  isSigned(fileId: string, expires: string, signature: string): boolean {
    const given = Buffer.from(signature, "base64url");
    const right = this.#sign(fileId, expires);
    return given.length === right.length && timingSafeEqual(given, right);
  }

  /** Takes the bytes of a file. Only when all are there, and are those announced, do they count. */
  async receive({ fileId, size, sha256 }: FileRow, body: AsyncIterable<Uint8Array>): Promise<Arrival> {
    await mkdir(this.#folder, { recursive: true });
    const unfinished = join(this.#folder, `.${fileId}.${process.pid}.${Math.random().toString(36).slice(2)}`);
    const file = await open(unfinished, "wx");
    try {
      const hash = createHash("sha256");
      let received = 0;
      try {
        for await (const chunk of body) {
          received += chunk.byteLength;
          if (received > size) return "wrong";
          hash.update(chunk);
          // All of it, which a single write does not promise.
          await file.appendFile(chunk);
        }
      } catch {
        return "cut off";
      }
      if (received < size) return "cut off";
      if (hash.digest("hex") !== sha256) return "wrong";
      await file.sync();
      await rename(unfinished, this.#pathOf(fileId));
      return "complete";
    } finally {
      await file.close();
      await rm(unfinished, { force: true });
    }
  }

  async write(file: FileRow, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const arrival = await this.receive(file, new Blob([bytes]).stream());
    if (arrival !== "complete") throw new Error(`The bytes of ${file.fileId} are not those of its row.`);
  }

  async read({ fileId }: FileRow, { first, last }: ByteRange) {
    // Another folder may be in use than the one that the file came to.
    const path = this.#pathOf(fileId);
    if (!existsSync(path)) return undefined;
    let file: FileHandle | undefined;
    let position = first;
    // Opened when it is read, which for HEAD never happens.
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          file ??= await open(path);
          const chunk = new Uint8Array(Math.min(64 * 1024, last + 1 - position));
          const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
          position += bytesRead;
          if (bytesRead > 0) controller.enqueue(chunk.subarray(0, bytesRead));
          if (bytesRead > 0 && position <= last) return;
          await file.close();
          controller.close();
        },
        cancel: () => file?.close(),
      },
      { highWaterMark: 0 },
    );
  }

  async check({ status }: FileRow) {
    return status;
  }

  async remove(fileId: string): Promise<void> {
    await rm(this.#pathOf(fileId), { force: true });
  }

  #pathOf(fileId: string): string {
    return join(this.#folder, fileId);
  }

  #sign(fileId: string, expires: string): Buffer {
    return createHmac("sha256", this.#secret).update(`PUT\n${fileId}\n${expires}`).digest();
  }
}
