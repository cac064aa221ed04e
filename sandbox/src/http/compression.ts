import { promisify } from "node:util";
import { gzip } from "node:zlib";

const compress = promisify(gzip);

/** What a shorter body costs to compress is more than what it saves. */
const WORTH_BYTES = 1024;
/** Fast rather than small: JSON shrinks to a seventh either way. */
const LEVEL = 4;
const COMPRESSIBLE =
  /^(?:text\/(?:html|plain|css|javascript|markdown)|application\/(?:[\w.-]+\+)?json|image\/svg\+xml)\b/;

/**
 * The answer in gzip, where the caller takes it and it is worth it. A strong `ETag` names one coding of a body alone
 * (RFC 9110, 8.8.3.3), so that the compressed one has its own; `plainTag` leads back to the other.
 */
export async function compressed(
  response: Response,
  method: string,
  accepted: string | undefined,
): Promise<Response> {
  const { headers } = response;
  if (!isText(headers.get("content-type")) || headers.has("content-encoding")) return response;
  headers.append("Vary", "Accept-Encoding");
  if (response.body === null || method === "HEAD" || !takesGzip(accepted)) return response;
  const body = Buffer.from(await response.arrayBuffer());
  if (body.byteLength < WORTH_BYTES) return new Response(body, response);
  const packed = new Response(await compress(body, { level: LEVEL }), response);
  packed.headers.set("Content-Encoding", "gzip");
  packed.headers.delete("Content-Length");
  const tag = headers.get("etag");
  if (tag !== null) packed.headers.set("ETag", tag.replace(/"$/, `${SUFFIX}"`));
  return packed;
}

const SUFFIX = "-gzip";

/** The `ETag` of the same body without compression. */
export function plainTag(tag: string): string {
  return tag.endsWith(`${SUFFIX}"`) ? `${tag.slice(0, -SUFFIX.length - 1)}"` : tag;
}

function isText(mediaType: string | null): boolean {
  return mediaType !== null && COMPRESSIBLE.test(mediaType);
}

/** Whether `Accept-Encoding` takes gzip (RFC 9110, 12.5.3). */
export function takesGzip(accepted = ""): boolean {
  const codings = accepted.split(",").map((part) => {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    return { name, isTaken: quality === undefined || Number(quality.slice(2)) > 0 };
  });
  const found = ["gzip", "x-gzip", "*"].flatMap(
    (name) => codings.find((coding) => coding.name === name) ?? [],
  );
  return found[0]?.isTaken === true;
}
