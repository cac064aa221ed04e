import { contract, type OperationId } from "@workspace-api/server";
import { afterAll, beforeAll, expect, it } from "vitest";

import { loadModel } from "../../generator/pipeline.js";
import { describeDatabases } from "../support/databases.js";
import { startSandbox } from "../support/sandbox.js";
import { administration } from "./contract/administration.js";
import { agents } from "./contract/agents.js";
import { content } from "./contract/content.js";
import { eventFaults } from "./contract/events.js";
import { Exchange } from "./contract/exchange.js";
import { people } from "./contract/people.js";
import { badTokens, provokeIdempotency, refusalsOf, soundInput, type Tokens } from "./contract/refusals.js";
import { work } from "./contract/work.js";

const { model } = await loadModel({ spec: "spec/openapi.yaml", overlays: [], isLinted: false });

// Every response is held against the spec: one that it does not allow rejects the call.
describeDatabases("every operation", (open) => {
  let exchange: Exchange;
  let tokens: Tokens;

  beforeAll(async () => {
    exchange = new Exchange(await startSandbox({ database: await open() }));
    tokens = await badTokens(exchange);
  });
  afterAll(() => exchange.sandbox.close());

  // The names are those of the contract.
  const ids = Object.keys(contract.operations) as OperationId[];
  it.each(ids)("%s refuses who may not call, and what cannot be read, as the spec says", async (id) => {
    const sound = soundInput(model, id);
    const answers: string[] = [];
    const refusals = refusalsOf(id, sound, tokens);
    for (const { input } of refusals) answers.push(await exchange.refusal(id, input));
    expect(answers).toEqual(refusals.map(({ code }) => code));
    if (contract.operations[id].idempotencyHeader !== undefined)
      await provokeIdempotency(exchange, id, sound, tokens.ownerGrant);
  });

  it.each([
    ["people", people],
    ["work", work],
    ["content", content],
    ["agents", agents],
    ["administration", administration],
  ])("does what it is for: %s", async (_, scenario) => {
    await scenario(exchange);
  });

  it("has sent every event, as the spec says", async () => {
    expect(await eventFaults(exchange.sandbox.database.db)).toEqual({ wrong: [], missing: [] });
  });

  it("has given every answer that the spec declares", () => {
    expect(exchange.missing()).toEqual([]);
  });
});
