import {
  createFileUpload,
  downloadFile,
  type DownloadFileOptions,
  type CreateFileUploadError,
  type DownloadFileError,
} from "../operations/files.js";
import type { RequestOptions } from "../options.js";
import type { Api } from "../runtime/api.js";
import { isEncrypted } from "../runtime/urls.js";
import type { EncodedBody } from "../runtime/codecs.js";
import { call, Call } from "../runtime/call.js";
import { RequestError, type StatusError } from "../runtime/errors.js";
import { Lifetime } from "../runtime/lifetime.js";
import type { Operation } from "../runtime/operation.js";
import type { FileUpload } from "../types.js";
import { countedBody, isNode, prepareFile, tellProgress, type PreparedFile } from "./file-bytes.js";

/** What can be uploaded: bytes, a `Blob` or `File`, a stream, or on Node a path or a `file:` URL. */
export type UploadSource = Blob | ArrayBuffer | Uint8Array | ReadableStream<Uint8Array> | string | URL;

/** How far an upload is. */
export interface UploadProgress {
  /** Bytes that were handed to the connection; starts again at 0 when the upload is repeated. */
  readonly loaded: number;
  /** The size of the file in bytes. */
  readonly total: number;
}

/** Options of {@link uploadFile}. What is not given is taken from the source. */
export interface UploadOptions extends RequestOptions {
  /** What the file is called; the name of the `File` or of the path unless given. */
  readonly name?: string | undefined;
  /** Its media type, such as `image/png`; by the `Blob` or the ending of the name unless given. */
  readonly mediaType?: string | undefined;
  /** Its size in bytes. With `sha256`, a stream is sent as it comes rather than gathered in memory first. */
  readonly size?: number | undefined;
  /** The SHA-256 of its bytes, hexadecimal; computed unless given. */
  readonly sha256?: string | undefined;
  /** Is told how far the upload is: in steps on Node, at the start and at the end elsewhere. */
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
}

/** A file that was uploaded. */
export interface UploadedFile {
  readonly fileId: string;
  /** Where it is read, with a credential: the address to use in Markdown. */
  readonly assetUrl: string;
}

/** How {@link uploadFile} can fail. A `StatusError` of another status: the file store did not take the bytes. */
export type UploadFileError = CreateFileUploadError | StatusError;

/** How {@link downloadAsset} can fail. A `StatusError` of another status is the file store's. */
export type DownloadAssetError = DownloadFileError | StatusError;

/** An upload takes the time of any attempt, and a second for each 64 KiB. */
const SLOWEST_BYTES_PER_MS = 65.536;

/**
 * Uploads an image or a video: announces it, then sends its bytes to the signed address, with the headers that belong to
 * it, and neither a credential nor a header of this client. The bytes are sent again when the connection or the store
 * fails for a while, unless they come from a stream.
 *
 * @param source - The file.
 * @param options - Its name and type where the source does not tell them; `timeoutMs` is for the whole upload.
 * @throws StatusError when the store does not take the bytes.
 * @throws `invalid_request`: The file cannot be read, or name or type are missing.
 * @throws `file_type_not_allowed`: Neither an image nor a video that is accepted.
 * @throws `file_too_large`: Images have at most 20 MiB, videos 200 MiB.
 */
export function uploadFile(
  api: Api,
  source: UploadSource,
  options: UploadOptions = {},
): Call<UploadedFile, UploadFileError> {
  return new Call(async () => {
    const { timeoutMs = api.timeoutMs } = options;
    const lifetime = new Lifetime(options.signal, timeoutMs);
    const {
      name: _name,
      mediaType: _mediaType,
      size: _size,
      sha256: _sha256,
      onProgress: _onProgress,
      ...common
    } = options;
    const limits = { ...common, timeoutMs: Infinity, signal: lifetime.signal };
    try {
      const file = await lifetime.race(() => prepareFile(source, options));
      const { name, mediaType, size, sha256 } = file;
      const announced = createFileUpload(api, { name, mediaType, size, sha256 }, limits);
      const { data: upload, requestId } = await announced.withResponse();
      const { response } = await sendBytes(api, upload, file, {
        ...limits,
        onProgress: options.onProgress,
      }).withResponse();
      // Where the platform does not tell how far it is, the end is known here.
      if (!isNode) tellProgress(options.onProgress, { loaded: size, total: size });
      const { fileId, assetUrl } = upload;
      return { data: { fileId, assetUrl }, response, requestId };
    } finally {
      lifetime.end();
    }
  });
}

/** Sends the bytes where the API says. The address is a secret of its own: no message and no event says it. */
function sendBytes(
  api: Api,
  { uploadUrl, uploadMethod, uploadHeaders }: FileUpload,
  file: PreparedFile,
  options: UploadOptions,
): Call<unknown> {
  if (!URL.canParse(uploadUrl) || !isEncrypted(new URL(uploadUrl)))
    throw new RequestError("the signed address is not encrypted; no file goes there", {
      operationId: "uploadFile",
    });
  const headers = new Headers(uploadHeaders);
  const contentType = headers.get("content-type") ?? file.mediaType;
  // The platform sets it for what it knows the size of, and would send it twice.
  headers.delete("content-length");
  if (isNode && (options.onProgress || file.bytes instanceof ReadableStream))
    headers.set("content-length", String(file.size));
  const operation: Operation = {
    id: "uploadFile",
    method: uploadMethod,
    path: "{uploadUrl}",
    external: true,
    body: {
      [contentType]: (): EncodedBody => ({ body: countedBody(file, options.onProgress), contentType }),
    },
    accept: ["*/*"],
    decode: { "*/*": (response) => response.text() },
  };
  const {
    signal,
    maxRetries,
    attemptTimeoutMs = api.attemptTimeoutMs + file.size / SLOWEST_BYTES_PER_MS,
  } = options;
  const sent: Record<string, string> = {};
  headers.forEach((value, name) => (sent[name] = value));
  return call(
    api,
    operation,
    { url: uploadUrl, body: file },
    { signal, maxRetries, attemptTimeoutMs, timeoutMs: Infinity, headers: sent },
  );
}

/**
 * Downloads a file. The bytes come as a stream in the response's `body`; `blob()` and `arrayBuffer()` gather them.
 * The client's credential goes to the API alone: an asset that is elsewhere is asked for without one.
 *
 * @param file - The id of the file, or its `assetUrl`.
 * @param options - `timeoutMs` includes the time until the body is read; `headers.Range` asks for a part.
 * @throws `file_not_found`: There is no such file.
 * @throws `file_not_ready`: Its bytes have not arrived.
 * @throws `invalid_request`: The address is not encrypted.
 */
export function downloadAsset(
  api: Api,
  file: string | URL,
  options: DownloadFileOptions = {},
): Call<Response, DownloadAssetError> {
  return new Call(async () => {
    const bytes = URL.canParse(file)
      ? fetchAsset(api, new URL(file), options)
      : downloadFile(api, String(file), undefined, options);
    const response = await bytes.asResponse();
    const { requestId } = await bytes.withResponse();
    return { data: response, response, requestId };
  });
}

function fetchAsset(api: Api, url: URL, options: RequestOptions): Call<unknown> {
  const isHome = url.origin === new URL(api.baseUrl).origin;
  if (!isEncrypted(url) || url.username)
    throw new RequestError("an asset's address must be https, without a user name", {
      operationId: "downloadAsset",
    });
  const operation: Operation = {
    id: "downloadAsset",
    method: "GET",
    path: isHome ? url.pathname : "{assetUrl}",
    ...(isHome ? { security: [["apiKey"], ["oauth"]] } : { external: true }),
    accept: ["*/*"],
  };
  return call(api, operation, { url: url.href }, isHome ? options : { ...options, headers: {} });
}
