import { existsSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { buildPackage, sharedSpec } from "../support/build.js";
import { anyKeywords, compileErrors } from "../support/compile.js";
import { scratchFolder } from "../support/scratch.js";

/** Three calls to each, as an integrator would write them. */
const CONSUMERS: Readonly<Record<string, string>> = {
  "museum.yaml": `
    import { AcmeClient, type SpecialEvent } from "./src/index.js";
    const client = new AcmeClient({ auth: { MuseumPlaceholderAuth: { username: "a", password: "b" } } });
    export const hours: { date: string }[] = await client.operations.listMuseumHours({ startDate: "2026-03-02" });
    export const event: SpecialEvent = await client.events.getSpecialEvent("id");
    export const code: Blob = await client.tickets.getCode("id");
  `,
  "figma.yaml": `
    import { AcmeClient, isApiError } from "./src/index.js";
    const client = new AcmeClient({ auth: "token" });
    const file = await client.files.get("key", { depth: 1 });
    export const name: string = file.name;
    const result = await client.comments.list("key").safe();
    if (!result.ok && isApiError(result.error)) console.log(result.error.code);
    await client.comments.create("key", { message: "Hello" });
  `,
  "openai.json": `
    import { AcmeClient, type EventStream, type CreateChatCompletionResponse, type CreateChatCompletionStreamResponse } from "./src/index.js";
    const client = new AcmeClient({ apiKey: "key" });
    const models = await client.models.list();
    export const first: string | undefined = models.data[0]?.id;
    const body = { model: "gpt-4o", messages: [{ role: "user" as const, content: "Hi" }] };
    export const stream: EventStream<CreateChatCompletionStreamResponse> = await client.chat.createCompletion(body, { accept: "text/event-stream" });
    // What comes back follows the body's \`stream\`, as the server does.
    export const streamed: EventStream<CreateChatCompletionStreamResponse> = await client.chat.createCompletion({ ...body, stream: true });
    export const whole: CreateChatCompletionResponse = await client.chat.createCompletion({ ...body, stream: false });
    await client.files.create({ file: new Blob(["{}"]), purpose: "batch" });
  `,
  "stripe.json": `
    import { AcmeClient, type Customer } from "./src/index.js";
    const client = new AcmeClient({ auth: { basicAuth: "key" } });
    const page = await client.customers.list({ created: { gte: 5 }, expand: ["data.subscriptions"] });
    export const customers: Customer[] = page.data;
    export const customer = await client.customers.create({ metadata: { a: "b" } });
    await client.refunds.create({ charge: "ch_1" });
  `,
  "github.json": `
    import { AcmeClient, type FullRepository } from "./src/index.js";
    const client = new AcmeClient({ auth: "token" });
    export const repository: FullRepository = await client.repos.get("owner", "repo");
    export const issue = await client.issues.create("owner", "repo", { title: "Bug" });
    const result = await client.users.getAuthenticated().safe();
    export const status = result.ok ? 200 : result.error.status;
  `,
};

describe.each(Object.entries(CONSUMERS))("%s", (name, consumer) => {
  const spec = sharedSpec(name);
  // To run these, put the specs of other teams into ../shared/specs, or name their folder in SPECWRIGHT_SPECS.
  it.skipIf(!existsSync(spec))(
    "builds into a package that compiles as a whole, and under a consumer",
    async () => {
      const folder = join(scratchFolder(), "package");
      const { plans } = await buildPackage(spec, folder);
      expect(plans[0]?.written.length).toBeGreaterThan(20);
      expect(compileErrors(folder, consumer)).toEqual([]);
      expect(compileErrors(folder, consumer, "plain")).toEqual([]);
      expect(anyKeywords(folder)).toEqual([]);
    },
  );
});
