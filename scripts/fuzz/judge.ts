import type { FuzzRequest } from "./requests.js";

/** How a request that the spec does not allow may be refused. */
const REFUSALS = [400, 404, 413, 415, 422];

/** What is wrong with an answer; undefined: nothing. */
export function faultIn(
  request: FuzzRequest,
  status: number,
  text: string,
  foreign: readonly string[],
): string | undefined {
  if (status >= 500) return `answered ${status}: ${text.slice(0, 300)}`;
  const declared = request.operation.responses.map((response) => response.status);
  const isDeclared =
    declared.includes(String(status)) ||
    declared.includes(`${Math.floor(status / 100)}XX`) ||
    declared.includes("default");
  if (!isDeclared) return `answered ${status}, which is not declared`;
  if (!request.isValid && !REFUSALS.includes(status)) return `was accepted with ${status}`;
  const sent = JSON.stringify([request.path, request.query, request.body]);
  const leaked = foreign.find((id) => text.includes(id) && !sent.includes(id));
  return leaked === undefined ? undefined : `told ${leaked}, which belongs to another workspace`;
}
