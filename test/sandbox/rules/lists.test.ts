import { contract } from "@workspace-api/server";
import { expect, it } from "vitest";

import { MINUTE } from "../../../sandbox/src/clock.js";
import { describeDatabases } from "../../support/databases.js";
import { world } from "./world.js";

const LISTS = Object.values(contract.operations).filter(
  ({ id, pagination }) => pagination !== undefined && id !== "listEvents",
);

it("pages every list of the API", () => {
  const unpaged = Object.values(contract.operations).filter(
    ({ id, method, pagination }) => method === "GET" && id.startsWith("list") && pagination === undefined,
  );
  expect(unpaged.map(({ id }) => id)).toEqual([]);
  expect(LISTS.length).toBeGreaterThan(20);
});

/** What a list holds, of whatever kind, as the tests name things. */
interface Page {
  readonly titles: string[];
  readonly nextCursor: string | null;
}

describeDatabases("lists", (open) => {
  const { sandbox, send, make } = world(open);

  async function page(path: string, as: "owner" | "member" = "owner"): Promise<Page> {
    const { status, body } = await send("GET", path, { as });
    expect(status).toBe(200);
    const { nextCursor, ...rest } = Object(body);
    const items = Object.values<{ title?: string; content?: string }[]>(rest)[0] ?? [];
    return { titles: items.map(({ title, content }) => title ?? content ?? ""), nextCursor };
  }

  const titles = async (path: string): Promise<string[]> => (await page(path)).titles.toSorted();

  it("of tasks, initiatives and bugs have the same filters", async () => {
    const filters = (id: "listTasks" | "listInitiatives" | "listBugs"): string[] =>
      contract.operations[id].parameters.filter((one) => one.in === "query").map(({ name }) => name);
    const own = ["all", "scope", "kind", "parentTaskId", "includeHierarchy"];
    const shared = filters("listTasks").filter((name) => !own.includes(name));
    for (const id of ["listInitiatives", "listBugs"] as const)
      expect(filters(id).filter((name) => !own.includes(name))).toEqual(shared);
  });

  it("filter tasks by owner, label, triage, deadline, creation and change", async () => {
    const { clock } = sandbox();
    const label = await make("/taxonomy-labels", { name: "Filtered", type: "goal" });
    await make("/tasks", { title: "Early", deadline: "2026-04-01T00:00:00Z" });
    clock.advance(MINUTE);
    const between = clock.now().toISOString();
    clock.advance(MINUTE);
    await make("/tasks", { title: "Labelled", taxonomyLabelIds: [label], deadline: "2026-05-01T00:00:00Z" });
    await make("/tasks", { title: "Mia's", userId: "u_mia" });
    await make("/bugs", { title: "Bug" });
    const all = "/tasks?all=true";
    expect(await titles(`${all}&taxonomyLabelId=${label}`)).toEqual(["Labelled"]);
    expect(await titles(`${all}&ownerId=u_mia`)).toEqual(["Mia's"]);
    expect(await titles(`${all}&triageStatus=pending`)).toEqual(["Bug"]);
    expect(await titles(`${all}&deadlineBefore=2026-05-01T00:00:00Z`)).toEqual(["Early"]);
    expect(await titles(`${all}&deadlineAfter=2026-05-01T00:00:00Z`)).toEqual(["Labelled"]);
    expect(await titles(`${all}&createdBefore=${between}`)).toEqual(["Early"]);
    expect(await titles(`${all}&createdAfter=${between}&ownerId=u_olive`)).toEqual(["Bug", "Labelled"]);
    clock.advance(MINUTE);
    const late = clock.now().toISOString();
    const { taskId } = Object((await send("GET", `${all}&ownerId=u_mia`)).body).tasks[0];
    await send("PATCH", `/tasks/${taskId}`, { body: { topic: "changed" } });
    expect(await titles(`${all}&updatedAfter=${late}`)).toEqual(["Mia's"]);
    expect(await titles(`${all}&updatedBefore=${late}`)).toEqual(["Bug", "Early", "Labelled"]);
  });

  it("filter documents by each thing that the API promises", async () => {
    const { clock } = sandbox();
    const taskId = await make("/tasks", { title: "Linked" });
    await make("/documents", { title: "Cart design", type: "requirement", taskIds: [taskId] });
    await make("/documents", { title: "Basket", type: "task", status: "completed" }, "member");
    const changed = await make("/documents", { title: "Checkout CART", type: "requirement" }, "member");
    clock.advance(MINUTE);
    const late = clock.now().toISOString();
    await send("PATCH", `/documents/${changed}`, { body: { content: "New." } });
    const CASES: Readonly<Record<string, readonly string[]>> = {
      "query=cart": ["Cart design", "Checkout CART"],
      "query=%25": [],
      "type=task": ["Basket"],
      "type=requirement": ["Cart design", "Checkout CART"],
      "status=completed": ["Basket"],
      "status=draft": ["Cart design", "Checkout CART"],
      [`taskId=${taskId}`]: ["Cart design"],
      "taskId=tsk_none": [],
      "createdBy=u_mia": ["Basket", "Checkout CART"],
      "createdBy=u_olive": ["Cart design"],
      "updatedBy=u_mia": ["Basket"],
      "updatedBy=u_olive": ["Cart design", "Checkout CART"],
      "createdBy=u_mia&updatedBy=u_olive&query=checkout": ["Checkout CART"],
      [`updatedAfter=${late}`]: ["Checkout CART"],
      [`createdAfter=${late}`]: [],
      [`createdBefore=${late}&type=task`]: ["Basket"],
    };
    for (const [query, expected] of Object.entries(CASES))
      expect({ query, found: await titles(`/documents?${query}`) }).toEqual({ query, found: expected });
  });

  it("of relations that lead to a task hold its children and others, page by page", async () => {
    const parent = await make("/tasks", { title: "Above" });
    const children: string[] = [];
    for (let number = 0; number < 5; number += 1)
      children.push(await make("/tasks", { title: "Below", parentTaskId: parent }));
    const other = await make("/tasks", { title: "In the way" });
    await send("PUT", `/tasks/${other}/relations/blocks/${parent}`);
    const found: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const path: string = `/tasks/${parent}/relations?direction=incoming&limit=2${cursor}`;
      const { relations, nextCursor } = Object((await send("GET", path)).body);
      for (const { type, taskId } of relations) found.push(`${type} ${taskId}`);
      cursor = nextCursor === null ? null : `&cursor=${nextCursor}`;
    }
    const expected = [...children.map((taskId) => `part_of ${taskId}`), `blocks ${other}`];
    expect(found.toSorted()).toEqual(expected.toSorted());
  });

  it("of all comments hold those on tasks that the caller may see", async () => {
    const seen = await make("/tasks", { title: "Open", userId: "u_mia" });
    const hidden = await make("/tasks", { title: "Hidden", visibility: "private" });
    await make(`/tasks/${seen}/comments`, { content: "By Mia" }, "member");
    await make(`/tasks/${seen}/comments`, { content: "By Olive" });
    await make(`/tasks/${hidden}/comments`, { content: "Between us" });
    expect((await page("/comments")).titles).toEqual(["By Mia", "By Olive", "Between us"]);
    expect((await page("/comments", "member")).titles).toEqual(["By Mia", "By Olive"]);
    expect((await page("/comments?userId=u_mia")).titles).toEqual(["By Mia"]);
    expect((await page("/comments?sort=-createdAt&limit=1")).titles).toEqual(["Between us"]);
  });
});

const SORTS = ["createdAt", "updatedAt", "deadline", "title"].flatMap((name) => [name, `-${name}`]);

describeDatabases("paging while others write", (open) => {
  const { send, make } = world(open);

  it.each([undefined, ...SORTS])("misses no task in the order %s", async (sort) => {
    const body = (number: number): object => ({
      title: `${number % 7} task`,
      deadline: `2026-05-${10 + (number % 20)}T00:00:00Z`,
    });
    const ids: string[] = [];
    for (let number = 0; number < 12; number += 1) ids.push(await make("/tasks", body(number)));
    const seen = new Set<string>();
    const times = new Map<string, number>();
    let pages = 0;
    for (let cursor: string | null = ""; cursor !== null; pages += 1) {
      const query: string = `all=true&limit=3${sort === undefined ? "" : `&sort=${sort}`}${cursor}`;
      const { body: answer } = await send("GET", `/tasks?${query}`);
      const { tasks, nextCursor } = Object(answer);
      for (const { taskId } of tasks) {
        seen.add(taskId);
        times.set(taskId, (times.get(taskId) ?? 0) + 1);
      }
      cursor = nextCursor === null ? null : `&cursor=${nextCursor}`;
      // Those that are left to come jump to where the reader has been.
      for (const id of pages < 3 ? ids.filter((each) => !seen.has(each)).slice(0, 2) : []) {
        const isUp = sort?.startsWith("-") === true;
        const moved = { title: isUp ? "9 moved" : "0 moved", deadline: `2026-0${isUp ? 9 : 1}-01T00:00:00Z` };
        await send("PATCH", `/tasks/${id}`, { body: moved });
      }
      expect(pages).toBeLessThan(100);
    }
    expect(ids.filter((id) => !seen.has(id))).toEqual([]);
    // In the default order, and by creation, nothing comes twice.
    if (sort === undefined || sort.endsWith("createdAt")) expect(Math.max(...times.values())).toBe(1);
    for (const id of ids) await send("DELETE", `/tasks/${id}`);
  });

  it("misses no document, and says nothing twice where nobody writes", async () => {
    const ids: string[] = [];
    for (let number = 0; number < 6; number += 1)
      ids.push(await make("/documents", { title: `${number} text`, type: "task" }));
    const read = async (between: () => Promise<unknown>): Promise<string[]> => {
      const seen: string[] = [];
      for (let cursor: string | null = ""; cursor !== null;) {
        const { body } = await send("GET", `/documents?sort=title&limit=2${cursor}`);
        const { documents, nextCursor } = Object(body);
        for (const { documentId } of documents) seen.push(documentId);
        cursor = nextCursor === null ? null : `&cursor=${nextCursor}`;
        await between();
      }
      return seen;
    };
    expect(await read(async () => {})).toEqual(ids);
    const move = async (): Promise<unknown> =>
      send("PATCH", `/documents/${ids[5]}`, { body: { title: "0 moved" } });
    expect([...new Set(await read(move))].toSorted()).toEqual(ids.toSorted());
  });
});
