import { parseArgs } from "node:util";

import fc from "fast-check";

import type { Operation } from "../../generator/model/api-model.js";
import { loadModel } from "../../generator/pipeline.js";
import { startSandbox } from "../../test/support/sandbox.js";
import { faultIn, IdPool } from "./judge.js";
import { requestsTo, type FuzzRequest } from "./requests.js";
import { described, written } from "./send.js";

/** Longer than this, an answer counts as a hang. */
const SLOWEST_MS = 20_000;

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    operation: { type: "string" },
  },
});

const { model } = await loadModel({ spec: "spec/openapi.yaml", overlays: [], isLinted: false });
const sandbox = await startSandbox();
const pool = new IdPool();
const schemas = new Map(model.schemas.map(({ name, schema }) => [name, schema]));
/** The key that the requests are sent with: whoever revokes it has nothing more to say. */
const OWN_KEY = "key_tests";
const idsLike = (pattern: RegExp): string[] => pool.like(pattern).filter((id) => id !== OWN_KEY);
const around = { schemas, idsLike };
const foreign = await prepare();
const total = Number(values.requests);
const seed = Number(values.seed);
const operations = model.operations.filter(({ id }) => id === (values.operation ?? id));
const statuses = new Map<number, number>();
const faults = new Map<string, string[]>();
const accepted = new Set<string>();

for (let sent = 0; sent < total; sent += 1) {
  const operation = operations[sent % operations.length];
  if (operation) await tryOut(operation, sent);
}
report();
await sandbox.close();
process.exitCode = faults.size > 0 ? 1 : 0;

/** Fills both workspaces a little; gives back what the first must never be told of the second. */
async function prepare(): Promise<string[]> {
  const body = { title: "Theirs alone", userId: "u_sam" };
  const theirs = await (
    await sandbox.call("POST", "/workspaces/current/tasks", { as: "strangerKey", body })
  ).text();
  for (const path of ["/me", "/workspaces", "/workspaces/current/members"])
    pool.learn(await (await sandbox.call("GET", path)).text());
  const hidden = new IdPool();
  hidden.learn(theirs);
  return [...hidden.like(/^(tsk|u|w)_/u)];
}

async function tryOut(operation: Operation, index: number): Promise<void> {
  const [request] = fc.sample(requestsTo(operation, around), { numRuns: 1, seed: seed + index });
  if (!request) return;
  const as =
    operation.security.some((names) => names[0]?.scheme === "apiKey") && index % 3 === 0 ? "key" : "owner";
  const message = written(request, "http://127.0.0.1:4010/api/v1", sandbox.secrets[as], `fuzz-${index}`);
  const problem = await outcomeOf(request, message);
  if (problem === undefined) return;
  const known = faults.get(operation.id) ?? [];
  faults.set(operation.id, [
    ...known,
    `${problem}\n    ${described(request)}\n    seed ${seed}, request ${index}`,
  ]);
}

async function outcomeOf(request: FuzzRequest, message: Request): Promise<string | undefined> {
  try {
    const response = await inTime(sandbox.fetch(message));
    const text = await response.text();
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    if (response.ok) {
      pool.learn(text);
      accepted.add(request.operation.id);
    }
    return faultIn(request, response.status, text, foreign);
  } catch (error) {
    return String(error);
  }
}

async function inTime(answer: Promise<Response>): Promise<Response> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`gave no answer within ${SLOWEST_MS} ms`)), SLOWEST_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

function report(): void {
  const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
  const lines = [
    `${total} requests to ${operations.length} operations, seed ${seed}: ${counts.join(", ")}`,
    `${accepted.size} operations were carried out at least once`,
    ...[...faults].flatMap(([id, found]) => [`${id}: ${found.length} times`, `  ${found[0] ?? ""}`]),
    faults.size === 0 ? "no fault found" : `${faults.size} operations with faults`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
