import type { OperationContract } from "./contract.js";
import type { AnyOutput } from "./handler.js";
import { problemBody, responseOf, type Problem } from "./problem.js";

const JSON_TYPE = /[/+]json\b/;

/** What a handler gave back, as a response. */
export function outputResponse(operation: OperationContract, output: AnyOutput): Response {
  const { status, body } = output;
  const declared = responseOf(operation, status)?.mediaTypes ?? [];
  const headers = headerRecord(output.headers);
  if (body === undefined || declared.length === 0) return new Response(null, { status, headers });
  const mediaType = output.mediaType ?? declared[0] ?? "application/json";
  headers["content-type"] ??= mediaType.includes("*") ? typeOf(body) : mediaType;
  // A body that is no JSON is one of BinaryBody or a text, as the output types say.
  const content = JSON_TYPE.test(mediaType) ? JSON.stringify(body) : (body as BodyInit);
  return new Response(content, { status, headers });
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
