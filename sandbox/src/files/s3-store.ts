import { createHash } from "node:crypto";

import { AwsClient, AwsV4Signer } from "aws4fetch";

import { after, MINUTE, type Clock } from "../clock.js";
import type { ByteRange, FileRow, FileStore } from "./store.js";

export interface S3Options {
  /** Such as `https://s3.eu-central-1.amazonaws.com`; the bucket is part of the path. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Keeps files in a bucket of any S3-compatible store. Clients send the bytes there, at presigned addresses, and read them here;
 * size, type and SHA-256 are part of the signature, and are checked here too for stores that do not hold to it.
 */
export class S3Store implements FileStore {
  readonly #options: S3Options;
  readonly #clock: Clock;
  readonly #client: AwsClient;

  constructor(options: S3Options, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#client = new AwsClient({ ...options, service: "s3", retries: 2 });
  }

  async uploadTo({ fileId, mediaType, size, sha256, uploadExpiresAt }: FileRow) {
    const left = Math.ceil((uploadExpiresAt.getTime() - this.#clock.now().getTime()) / 1000);
    const headers = {
      "Content-Type": mediaType,
      "x-amz-checksum-sha256": Buffer.from(sha256, "hex").toString("base64"),
    };
    const signed = { ...headers, "Content-Length": String(size) };
    return { url: await this.#presign("PUT", fileId, { "X-Amz-Expires": String(left) }, signed), headers };
  }

  async write(file: FileRow, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const uploadExpiresAt = after(this.#clock.now(), MINUTE);
    const { url, headers } = await this.uploadTo({ ...file, uploadExpiresAt });
    const response = await fetch(url, { method: "PUT", headers, body: new Blob([bytes]) });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`The file store answered ${response.status} to PUT.`);
  }

  async read({ fileId }: FileRow, { first, last }: ByteRange) {
    const ask = async (): Promise<ReadableStreamDefaultReader<Uint8Array> | undefined> => {
      const response = await this.#call("GET", fileId, { Range: `bytes=${first}-${last}` });
      if (response.status !== 404) return response.body?.getReader();
      throw new Error("The file store has no longer the bytes of a file.");
    };
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    // Asked for when it is read, which for HEAD never happens.
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          reader ??= await ask();
          const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
          if (done || value === undefined) return controller.close();
          controller.enqueue(value);
        },
        cancel: (reason) => reader?.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  async check(file: FileRow) {
    if (file.status !== "pending") return file.status;
    const head = await this.#call("HEAD", file.fileId, { "x-amz-checksum-mode": "ENABLED" });
    if (head.status === 404) return "pending";
    const isRight =
      Number(head.headers.get("content-length")) === file.size &&
      (await this.#sha256Of(file, head)) === file.sha256;
    if (isRight) return "ready";
    await this.remove(file.fileId);
    return "failed";
  }

  async remove(fileId: string): Promise<void> {
    await this.#call("DELETE", fileId);
  }

  /** As the store tells it or, from a store that does not, of the bytes themselves. */
  async #sha256Of({ fileId }: FileRow, head: Response): Promise<string> {
    const told = head.headers.get("x-amz-checksum-sha256");
    if (told !== null) return Buffer.from(told, "base64").toString("hex");
    const hash = createHash("sha256");
    const { body } = await this.#call("GET", fileId);
    for await (const chunk of body ?? []) hash.update(chunk);
    return hash.digest("hex");
  }

  async #call(method: string, fileId: string, headers: Record<string, string> = {}): Promise<Response> {
    const response = await this.#client.fetch(this.#urlOf(fileId), { method, headers });
    if (!response.ok && response.status !== 404) {
      await response.body?.cancel();
      throw new Error(`The file store answered ${response.status} to ${method}.`);
    }
    return response;
  }

  /** Signed by the real time, not by the sandbox's clock: the store has a clock of its own. */
  async #presign(
    method: string,
    fileId: string,
    query: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const url = this.#urlOf(fileId);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const signer = new AwsV4Signer({
      ...this.#options,
      service: "s3",
      method,
      url: url.href,
      headers: { ...headers },
      signQuery: true,
      allHeaders: true,
    });
    return (await signer.sign()).url.href;
  }

  #urlOf(fileId: string): URL {
    const { endpoint, bucket } = this.#options;
    return new URL(`${endpoint.replace(/\/$/, "")}/${bucket}/${fileId}`);
  }
}

/** The store that the environment describes; `undefined` without `S3_BUCKET`. */
export function s3OptionsOf(
  environment: Readonly<Record<string, string | undefined>>,
): S3Options | undefined {
  const {
    S3_BUCKET: bucket,
    S3_ENDPOINT: endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = environment;
  if (bucket === undefined) return undefined;
  const region = environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1";
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error("S3_BUCKET is set: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY too.");
  }
  return {
    endpoint: endpoint ?? `https://s3.${region}.amazonaws.com`,
    bucket,
    region,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
  };
}
