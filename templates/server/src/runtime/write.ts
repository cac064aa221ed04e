import type { OperationContract } from "./contract.js";
import type { AnyOutput } from "./handler.js";
import { problemBody, responseOf, type Problem } from "./problem.js";

const JSON_TYPE = /[/+]json(?=$|[\s;])/;
const LINES_TYPE = /ndjson|jsonl|json-seq|json-lines|stream\+json/;

/** What a handler gave back, as a response. */
export function outputResponse(operation: OperationContract, output: AnyOutput): Response {
  const { status, body } = output;
  const declared = responseOf(operation, status)?.mediaTypes ?? [];
  const headers = headerRecord(output.headers);
  if (body === undefined || declared.length === 0) return new Response(null, { status, headers });
  const mediaType = output.mediaType ?? declared[0] ?? "application/json";
  headers["content-type"] ??= mediaType.includes("*") ? typeOf(body) : mediaType;
  // A body that is no JSON is one of BinaryBody or a text, as the output types say.
  return new Response(contentOf(body, mediaType), { status, headers });
}

function contentOf(body: unknown, mediaType: string): BodyInit {
  if (JSON_TYPE.test(mediaType)) return JSON.stringify(body);
  const isItems = LINES_TYPE.test(mediaType) && typeof body === "object" && body !== null;
  if (isItems && !(body instanceof ReadableStream) && !(body instanceof Blob)) {
    if (Symbol.asyncIterator in body || Symbol.iterator in body) {
      // The output types allow iterables of items here.
      return linesOf(body as AsyncIterable<unknown> | Iterable<unknown>, mediaType.includes("json-seq"));
    }
  }
  return body as BodyInit;
}

/** Items as JSON Lines, or as a JSON text sequence (RFC 7464), each written when it comes. */
function linesOf(
  items: AsyncIterable<unknown> | Iterable<unknown>,
  isSequence: boolean,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done === true) return controller.close();
      controller.enqueue(encoder.encode(`${isSequence ? "\u001e" : ""}${JSON.stringify(value)}\n`));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}

/** An error, as a response. */
export function problemResponse(
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
  body: unknown = problemBody(problem),
): Response {
  const type = problem.response?.mediaTypes.find((mediaType) => JSON_TYPE.test(mediaType));
  return new Response(JSON.stringify(body), {
    status: problem.facts.status,
    headers: { "content-type": type ?? "application/problem+json", ...headers },
  });
}

function headerRecord(headers: AnyOutput["headers"]): Record<string, string> {
  const record: Record<string, string> = {};
  if (headers === undefined) return record;
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) record[name.toLowerCase()] = String(value);
  }
  return record;
}

function typeOf(body: unknown): string {
  return body instanceof Blob && body.type !== "" ? body.type : "application/octet-stream";
}
