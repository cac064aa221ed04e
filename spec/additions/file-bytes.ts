import { isApiError, RequestError } from "../runtime/errors.js";
import type { UploadOptions, UploadProgress, UploadSource } from "./files.js";

/** A file with all that the API wants to know of it before it comes. */
export interface PreparedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly bytes: Blob | ReadableStream<Uint8Array>;
}

/** The modules of Node that are used where there are any; the package itself imports none. */
interface NodeModules {
  "node:fs": { openAsBlob(path: string | URL): Promise<Blob> };
  "node:crypto": { createHash(algorithm: "sha256"): Hash };
  "node:url": { fileURLToPath(url: URL): string };
}

interface Hash {
  update(chunk: Uint8Array): void;
  digest(encoding: "hex"): string;
}

/** The media types of the endings that the API takes. */
const TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  mp4: "video/mp4",
  webm: "video/webm",
  mov: "video/quicktime",
};

/** Whether the platform has Node's modules, and its fetch sends streams and tells their length. */
export const isNode: boolean = nodeModule("node:fs") !== undefined;

function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined {
  // Asked for by name at run time, so that bundles for browsers need no stand-in.
  const process: { getBuiltinModule?: (name: Name) => NodeModules[Name] } | undefined = Reflect.get(
    globalThis,
    "process",
  );
  return process?.getBuiltinModule?.(name);
}

/** Gathers what the API has to be told. @throws RequestError when something is missing or cannot be read. */
export async function prepareFile(source: UploadSource, options: UploadOptions): Promise<PreparedFile> {
  try {
    return await gather(source, options);
  } catch (error) {
    // A folder, a URL of another scheme, a stream that broke off.
    throw isApiError(error)
      ? error
      : refused(`the file ${options.name ?? lastPartOf(source)} cannot be read`);
  }
}

async function gather(source: UploadSource, options: UploadOptions): Promise<PreparedFile> {
  const name = options.name ?? nameOf(source);
  if (!name) throw refused("the file has no name: give `name`");
  const content = await contentOf(source, options);
  const mediaType = options.mediaType || (content instanceof Blob && content.type) || typeOf(name);
  if (!mediaType) throw refused("the file's media type is not known by its name: give `mediaType`");
  if (content instanceof ReadableStream) {
    const { size = 0, sha256 = "" } = options;
    return { name, mediaType, size, sha256, bytes: content };
  }
  const sha256 = options.sha256 ?? (await sha256Of(content));
  return { name, mediaType, size: content.size, sha256, bytes: content };
}

function nameOf(source: UploadSource): string | undefined {
  if (source instanceof File) return source.name;
  if (source instanceof URL) return decodeURIComponent(lastPartOf(source));
  return typeof source === "string" ? lastPartOf(source) : undefined;
}

/** Of a path or a URL; empty for what has neither. */
function lastPartOf(source: UploadSource): string {
  const path = source instanceof URL ? source.pathname : typeof source === "string" ? source : "";
  return path.split(/[/\\]/).at(-1) ?? "";
}

function typeOf(name: string): string | undefined {
  const ending = name.split(".").at(-1)?.toLowerCase() ?? "";
  return Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined;
}

/** The bytes as a Blob, which can be read again; a stream stays one where it can be sent, and all is known of it. */
async function contentOf(
  source: UploadSource,
  { size, sha256 }: UploadOptions,
): Promise<Blob | ReadableStream<Uint8Array>> {
  if (source instanceof Blob) return source;
  if (source instanceof ReadableStream) {
    return isNode && size !== undefined && sha256 !== undefined ? source : new Response(source).blob();
  }
  if (source instanceof ArrayBuffer) return new Blob([source]);
  if (source instanceof Uint8Array) return new Blob([new Uint8Array(source)]);
  const files = nodeModule("node:fs");
  if (!files) throw refused("a path can be read on Node only: give a Blob or a stream");
  const path = source instanceof URL ? nodeModule("node:url")?.fileURLToPath(source) : source;
  return files.openAsBlob(path ?? "");
}

/** In steps where the platform can, else in one piece. */
async function sha256Of(blob: Blob): Promise<string> {
  const hash = nodeModule("node:crypto")?.createHash("sha256");
  if (hash) {
    for await (const chunk of chunksOf(blob.stream())) hash.update(chunk);
    return hash.digest("hex");
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The chunks of a stream, whose iterator not every project's types know. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
  }
}

/** The bytes as a body that tells how much of it was taken. */
export function countedBody(
  { bytes, size: total }: PreparedFile,
  onProgress: ((progress: UploadProgress) => void) | undefined,
): BodyInit {
  if (!onProgress) return bytes;
  const tell = (loaded: number): void => tellProgress(onProgress, { loaded, total });
  tell(0);
  if (!isNode) return bytes;
  if (!(bytes instanceof Blob)) return bytes.pipeThrough(counter(tell));
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => chunksOf(bytes.stream().pipeThrough(counter(tell))),
  };
  // Node's fetch takes it, and begins anew for each attempt; the types of browsers do not know it.
  return body as unknown as BodyInit;
}

/** Tells progress; a progress bar that fails must not fail the upload. */
export function tellProgress(onProgress: UploadOptions["onProgress"], progress: UploadProgress): void {
  try {
    onProgress?.(progress);
  } catch {
    // It is the caller's own code that failed.
  }
}

/** Passes bytes on, and tells how many there were. */
function counter(tell: (loaded: number) => void): TransformStream<Uint8Array, Uint8Array> {
  let loaded = 0;
  return new TransformStream({
    transform(chunk, controller) {
      controller.enqueue(chunk);
      loaded += chunk.length;
      tell(loaded);
    },
  });
}

function refused(message: string): RequestError {
  return new RequestError(message, { operationId: "uploadFile" });
}
