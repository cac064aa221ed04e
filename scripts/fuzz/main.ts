import { Command, InvalidArgumentError } from "commander";
import fc from "fast-check";

import type { Operation } from "../../generator/model/api-model.js";
import { loadModel } from "../../generator/pipeline.js";
import { CHAINS, UPLOAD, type Step } from "./chains.js";
import type { Fact } from "./facts.js";
import { chainedRequest, requestsTo } from "./requests.js";
import { Tries } from "./tries.js";
import { createFuzzWorld, type Identity } from "./world.js";

/** Once all chains went through, every so many requests one belongs to a chain; what chance does comes between. */
const CHAIN_EVERY = 5;

/** Operations that cannot succeed here, each with the reason. */
const NEVER: Readonly<Record<string, string>> = {};

interface Flags {
  readonly requests: number;
  readonly seed: number;
  readonly operation?: string;
}

const command = new Command("npm run fuzz --")
  .description("Sends the sandbox valid and invalid requests of every operation, and judges what comes back.")
  .option("--requests <count>", "how many requests", wholeNumber, 10_000)
  .option("--seed <number>", "the same number gives the same requests", wholeNumber, 1)
  .option("--operation <id>", "requests of this operation alone")
  .addHelpText("after", "\nEnvironment: DATABASE_URL names an empty PostgreSQL database to run it on.")
  .parse();
const { requests: total, seed, operation: only } = command.opts<Flags>();

const { model } = await loadModel({ spec: "spec/openapi.yaml", overlays: [], isLinted: false });
const operations = model.operations.filter(({ id }) => id === (only ?? id));
if (operations.length === 0) command.error(`error: the spec has no operation ${only}`);
const world = await createFuzzWorld().catch((error: Error) => command.error(`error: ${error.message}`));
const schemas = new Map(model.schemas.map(({ name, schema }) => [name, schema]));
const around = { schemas, idsLike: world.idsLike, about: world.about, url: world.receiverUrl };
const tries = new Tries(world);

/** Where the chains are: which one, how far, and what its answers told. */
const place = { chain: 0, step: 0, known: {} as Fact };

for (let index = 0; index < total; index += 1) {
  world.tick();
  const isChained = only === undefined && (place.chain < CHAINS.length || index % CHAIN_EVERY === 0);
  await (isChained ? goOn(index) : tryByChance(index));
}
process.stdout.write(`${report().join("\n")}\n`);
await world.close();
process.exitCode = tries.faults.size > 0 || missing().length > 0 ? 1 : 0;

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It is no whole number.");
  return Number(text);
}

async function tryByChance(index: number): Promise<void> {
  const operation = operations[index % operations.length];
  if (!operation) return;
  const [request] = fc.sample(requestsTo(operation, around), { numRuns: 1, seed: seed + index });
  if (!request) return;
  const as = mayBe("key", operation) && index % 3 === 0 ? "key" : "owner";
  await tries.send(request, as, `seed ${seed}, request ${index}`, `fuzz-${index}`);
}

/** Sends the next request of a chain. A chain that does not get on makes way for the next. */
async function goOn(index: number): Promise<void> {
  const chain = CHAINS[place.chain % CHAINS.length] ?? [];
  const step = chain[place.step];
  const operation = model.operations.find(({ id }) => id === step?.operation);
  if (!step || !operation) throw new Error(`The spec has no operation ${step?.operation}.`);
  const [request] = fc.sample(chainedRequest(operation, step, place.known, around), {
    numRuns: 1,
    seed: seed + index,
  });
  if (!request) return;
  const said = `seed ${seed}, request ${index}`;
  const learned = await tries.send(request, step.as ?? "owner", said, `fuzz-${index}`);
  if (learned && step.isAside !== true)
    place.known = { ...place.known, ...learned, ...renamed(step, learned) };
  if (learned?.["uploadUrl"] !== undefined) await world.upload(learned["uploadUrl"], UPLOAD);
  place.step += 1;
  if (learned !== undefined && place.step < chain.length) return;
  Object.assign(place, { chain: place.chain + 1, step: 0, known: {} });
}

function renamed({ rename = {} }: Step, learned: Fact): Fact {
  return Object.fromEntries(Object.entries(rename).map(([from, to]) => [to, learned[from] ?? ""]));
}

function mayBe(identity: Identity, { security }: Operation): boolean {
  return identity !== "key" || security.some((names) => names[0]?.scheme === "apiKey");
}

function missing(): string[] {
  return operations.flatMap(({ id }) => (tries.succeeded.has(id) || Object.hasOwn(NEVER, id) ? [] : [id]));
}

function report(): string[] {
  const counts = [...tries.statuses]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${status}: ${count}`);
  const never = Object.entries(NEVER).map(([id, reason]) => `${id} cannot succeed here: ${reason}`);
  const left = missing();
  return [
    `${total} requests to ${operations.length} operations, seed ${seed}: ${counts.join(", ")}`,
    `${tries.succeeded.size} of ${operations.length} operations succeeded at least once`,
    ...never,
    ...(left.length === 0 ? [] : [`never: ${left.join(", ")}`]),
    ...[...tries.faults].flatMap(([id, found]) => [`${id}: ${found.length} times`, `  ${found[0] ?? ""}`]),
    tries.faults.size === 0 ? "no fault found" : `${tries.faults.size} operations with faults`,
  ];
}
