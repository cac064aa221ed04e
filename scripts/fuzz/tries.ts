import type { Fact } from "./facts.js";
import { faultIn } from "./judge.js";
import type { FuzzRequest } from "./requests.js";
import { described, written } from "./send.js";
import type { FuzzWorld, Identity } from "./world.js";

/** Longer than this, an answer counts as a hang. */
const SLOWEST_MS = 20_000;

/** Sends requests, judges the answers, and keeps what came of them. */
export class Tries {
  readonly statuses = new Map<number, number>();
  /** What is wrong, by operation. */
  readonly faults = new Map<string, string[]>();
  readonly succeeded = new Set<string>();

  constructor(readonly world: FuzzWorld) {}

  /** Sends one. Gives what is known of the object that it was about, if it succeeded. */
  async send(request: FuzzRequest, as: Identity, said: string, key: string): Promise<Fact | undefined> {
    const { id } = request.operation;
    const message = written(request, "http://127.0.0.1:4010/api/v1", this.world.tokens[as], key);
    try {
      const response = await inTime(this.world.sandbox.fetch(message));
      const text = await response.text();
      this.statuses.set(response.status, (this.statuses.get(response.status) ?? 0) + 1);
      const problem = faultIn(request, response.status, text, this.world.foreign);
      if (problem !== undefined) this.#note(request, problem, said);
      if (!response.ok) return undefined;
      this.succeeded.add(id);
      const isJson = response.headers.get("content-type")?.includes("json") === true;
      return this.world.facts.learn(request.path, isJson ? JSON.parse(text) : undefined)[0];
    } catch (error) {
      this.#note(request, String(error), said);
      return undefined;
    }
  }

  #note(request: FuzzRequest, problem: string, said: string): void {
    const { id } = request.operation;
    const found = `${problem}\n    ${described(request)}\n    ${said}`;
    this.faults.set(id, [...(this.faults.get(id) ?? []), found]);
  }
}

async function inTime(answer: Promise<Response>): Promise<Response> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`gave no answer within ${SLOWEST_MS} ms`)), SLOWEST_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
