import { expect, it } from "vitest";

import { describeDatabases } from "../../support/databases.js";
import { world } from "./world.js";

describeDatabases("the search for tasks", (open) => {
  const { send, make } = world(open);

  async function found(query: string, ...categories: string[]): Promise<[title: string, category: string][]> {
    const asked = new URLSearchParams([["query", query], ...categories.map((name) => ["category", name])]);
    const { body } = await send("GET", `/tasks/search?${asked}`);
    return Object(body).results.map(({ title, category }: Record<string, string>) => [title, category]);
  }

  it.each([
    ["Fix README.md now", ["README.md", "readme", "md fix", "README.md now"]],
    ["Release v1.2 at 3.5 %", ["v1.2", "3.5", "2 release"]],
    ["See https://docs.example.com/a-b/c", ["example docs", "a-b", "https://docs.example.com/a-b/c"]],
    ["Mail to bo@mail.example", ["bo@mail.example", "mail example"]],
    ["The user_id column", ["user_id", "id user"]],
    ["École über naïve", ["école", "ÜBER", "Naï"]],
    ["हिन्दी पाठ", ["हिन्दी", "पाठ"]],
  ])("finds every word of %s, whole or as a beginning", async (title, queries) => {
    await make("/tasks", { title });
    for (const query of queries) expect(await found(query, "day-task")).toEqual([[title, "day-task"]]);
  });

  it("names the category that was asked for, and finds to-dos only on request", async () => {
    await make("/tasks", { title: "Swim ongoing", scope: "ongoing", status: "review" });
    await make("/tasks", { title: "Swim some day", kind: "feature_request", scope: "day" });
    await make("/tasks", { title: "Swim ahead", kind: "feature_request" });
    await make("/bugs", { title: "Swim against" });
    expect((await found("swim")).toSorted()).toEqual([
      ["Swim against", "triage-bug"],
      ["Swim ahead", "triage-item"],
      ["Swim ongoing", "ongoing"],
    ]);
    expect(await found("swim", "review-item")).toEqual([["Swim ongoing", "review-item"]]);
    expect(await found("swim", "bug")).toEqual([["Swim against", "bug"]]);
    expect(await found("swim", "day-task")).toEqual([["Swim some day", "day-task"]]);
  });
});
