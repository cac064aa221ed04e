import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export const S3_CREDENTIALS = {
  accessKeyId: "AKEXAMPLE",
  secretAccessKey: "secret/example",
  region: "eu-test-1",
};

export interface ObjectStore {
  readonly endpoint: string;
  readonly objects: Map<string, { body: Buffer; type: string; sha256: string }>;
  /** Whether it checks and tells SHA-256, as newer stores do. */
  checksums: boolean;
  /** Refusals, with their reasons. */
  readonly refusals: string[];
  close(): Promise<void>;
}

/**
 * An object store that takes nothing on trust: it works out the signature of each request by itself, by AWS Signature
 * Version 4 in the query or in the header, and holds size, type and checksum against what was signed.
 */
export async function startObjectStore(): Promise<ObjectStore> {
  const server = createServer((request, response) => {
    serve(request, response, store).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const store: ObjectStore = {
    endpoint: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    objects: new Map(),
    checksums: true,
    refusals: [],
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return store;
}

async function serve(request: IncomingMessage, response: ServerResponse, store: ObjectStore): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const url = new URL(request.url ?? "/", store.endpoint);
  const refuse = (status: number, reason: string): void => {
    store.refusals.push(reason);
    response.writeHead(status).end(reason);
  };
  // As the stores do, it takes no other credential beside a signed address.
  if (url.searchParams.has("X-Amz-Signature") && request.headers.authorization !== undefined)
    return refuse(400, "only one way to sign is allowed");
  const fault = faultOf(request, url);
  if (fault !== undefined) return refuse(403, fault);
  const object = store.objects.get(url.pathname);
  const sha256 = createHash("sha256").update(body).digest("base64");
  if (request.method === "PUT") {
    const announced = request.headers["x-amz-checksum-sha256"];
    if (store.checksums && announced !== sha256) return refuse(400, "BadDigest");
    store.objects.set(url.pathname, { body, type: request.headers["content-type"] ?? "", sha256 });
    response.writeHead(200).end();
  } else if (request.method === "DELETE") {
    store.objects.delete(url.pathname);
    response.writeHead(204).end();
  } else if (object === undefined) {
    response.writeHead(404).end();
  } else {
    const wantsChecksum = store.checksums && request.headers["x-amz-checksum-mode"] === "ENABLED";
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    const sent = from === undefined ? object.body : object.body.subarray(Number(from), Number(to) + 1);
    response.writeHead(from === undefined ? 200 : 206, {
      "Content-Length": sent.length,
      "Content-Type": url.searchParams.get("response-content-type") ?? object.type,
      ...(wantsChecksum && { "x-amz-checksum-sha256": object.sha256 }),
    });
    response.end(request.method === "HEAD" ? undefined : sent);
  }
}

function faultOf(request: IncomingMessage, url: URL): string | undefined {
  const header = request.headers.authorization;
  const inHeader = /Credential=([^,]+), *SignedHeaders=([^,]+), *Signature=(\w+)/.exec(header ?? "");
  const query = new URLSearchParams(url.searchParams);
  const [credential = "", signedHeaders = "", signature = ""] = inHeader
    ? inHeader.slice(1)
    : ["Credential", "SignedHeaders", "Signature"].map((name) => query.get(`X-Amz-${name}`) ?? "");
  query.delete("X-Amz-Signature");
  const date = String(inHeader ? request.headers["x-amz-date"] : query.get("X-Amz-Date"));
  const [, ...scope] = credential.split("/");
  const day = scope[0] ?? "";
  const signedAt = Date.parse(date.replace(/(....)(..)(..)T(..)(..)(..)Z/, "$1-$2-$3T$4:$5:$6Z"));
  const lifetime = inHeader ? 300 : Number(query.get("X-Amz-Expires"));
  if (!(Math.abs(Date.now() - signedAt) < lifetime * 1000)) return "expired";
  const names = signedHeaders.split(";");
  if (!names.includes("host")) return "host is not signed";
  const encode = (text: string): string =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const canonical = [
    request.method,
    url.pathname,
    [...query]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join("&"),
    ...names.map((name) => `${name}:${String(request.headers[name] ?? "").trim()}`),
    "",
    signedHeaders,
    inHeader ? request.headers["x-amz-content-sha256"] : "UNSIGNED-PAYLOAD",
  ].join("\n");
  const hash = createHash("sha256").update(canonical).digest("hex");
  const toSign = ["AWS4-HMAC-SHA256", date, scope.join("/"), hash].join("\n");
  const steps = [day, S3_CREDENTIALS.region, "s3", "aws4_request", toSign];
  const seed = Buffer.from(`AWS4${S3_CREDENTIALS.secretAccessKey}`);
  const right = steps.reduce((key, step) => createHmac("sha256", key).update(step).digest(), seed);
  return right.toString("hex") === signature ? undefined : "SignatureDoesNotMatch";
}
