import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { DAY, HOUR } from "../../../sandbox/src/clock.js";
import { locationOf } from "../../../sandbox/src/http/addresses.js";
import { names } from "../../../sandbox/src/http/etag.js";
import { startSandbox, type TestSandbox } from "../../support/sandbox.js";

interface Page {
  readonly tasks: readonly { readonly title: string }[];
  readonly nextCursor: string | null;
}

const LIST = "/workspaces/current/tasks?all=true&sort=title&limit=2";

describe("reads", () => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
    for (const title of ["A", "B", "C", "D", "E"]) {
      await sandbox.call("POST", "/workspaces/current/tasks", { body: { title } });
    }
  });
  afterAll(() => sandbox.close());

  const page = async (path: string): Promise<{ response: Response; body: Page }> => {
    const response = await sandbox.call("GET", path);
    return { response, body: (await response.json()) as Page };
  };

  it("go through a list page by page, by cursor and by link alike", async () => {
    const titles: string[] = [];
    let path: string | undefined = LIST;
    while (path !== undefined) {
      const { response, body } = await page(path);
      titles.push(...body.tasks.map(({ title }) => title));
      const link: string | undefined = /^<[^>]*\/api\/v1([^>]+)>; rel="next"$/.exec(
        response.headers.get("link") ?? "",
      )?.[1];
      expect(link === undefined).toBe(body.nextCursor === null);
      if (link !== undefined)
        expect(new URL(link, "http://x").searchParams.get("cursor")).toBe(body.nextCursor);
      path = link;
    }
    expect(titles).toEqual(["A", "B", "C", "D", "E"]);
  });

  it("leave nothing out, and end with what was added or changed since the first page", async () => {
    const create = async (title: string): Promise<string> => {
      const made = await sandbox.call("POST", "/workspaces/current/tasks", { body: { title } });
      return ((await made.json()) as { readonly taskId: string }).taskId;
    };
    const ids = new Map<string, string>();
    for (const title of ["b", "d", "f", "h"]) ids.set(title, await create(title));
    const titles: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const { body } = await page(cursor === "" ? LIST : `${LIST}&cursor=${cursor}`);
      titles.push(...body.tasks.map(({ title }) => title));
      cursor = body.nextCursor;
      if (titles.at(-1) !== "b") continue;
      // Before what was given, after it, and the very task that the cursor stands at.
      await create("a");
      await create("e");
      await sandbox.call("DELETE", `/workspaces/current/tasks/${ids.get("b") ?? ""}`);
    }
    // "e" stands where it belongs and again at the end, with "a", whose place was passed.
    expect(titles).toEqual(["A", "B", "C", "D", "E", "b", "d", "e", "f", "h", "a", "e"]);
  });

  it("refuse a cursor that is damaged, of another query, or too old", async () => {
    const { nextCursor } = (await page(LIST)).body;
    const cursor = nextCursor ?? "";
    const wider = await sandbox.call("GET", `${LIST.replace("limit=2", "limit=3")}&cursor=${cursor}`);
    expect(wider.status).toBe(200);
    const damaged = (cursor.startsWith("A") ? "B" : "A") + cursor.slice(1);
    const wrong = [
      `${LIST}&cursor=${damaged}`,
      `${LIST}&cursor=x`,
      `${LIST.replace("sort=title", "sort=-title")}&cursor=${cursor}`,
      `${LIST}&kind=bug&cursor=${cursor}`,
    ];
    for (const path of wrong) {
      const response = await sandbox.call("GET", path);
      expect([path, response.status, await response.json()]).toMatchObject([
        path,
        400,
        { code: "invalid_cursor" },
      ]);
    }
    sandbox.clock.advance(DAY + 2 * HOUR); // a cursor tells the hour that it was made in
    const late = await sandbox.call("GET", `${LIST}&cursor=${cursor}`, { as: "key" });
    expect(late.status).toBe(400);
  });

  it("answer 304 to who has the object already", async () => {
    const path = "/workspaces/current";
    const first = await sandbox.call("GET", path, { as: "key" });
    const etag = first.headers.get("etag") ?? "";
    const again = await sandbox.call("GET", path, {
      as: "key",
      headers: { "If-None-Match": `"other", W/${etag}` },
    });
    expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
    const other = await sandbox.call("GET", path, { as: "key", headers: { "If-None-Match": '"other"' } });
    expect(other.status).toBe(200);
  });

  it("answer HEAD as they do GET but for the body, also with a refusal", async () => {
    for (const [as, status] of [
      ["key", 200],
      ["nobody", 401],
    ] as const) {
      const answer = await sandbox.call("HEAD", "/me", { as });
      expect([answer.status, await answer.text()]).toEqual([status, ""]);
    }
  });

  it("carry the caller's request id if it is one", async () => {
    const idOf = async (sent: string): Promise<string | null> => {
      const response = await sandbox.call("GET", "/me", { as: "key", headers: { "X-Request-Id": sent } });
      return response.headers.get("x-request-id");
    };
    expect(await idOf("req_mine")).toBe("req_mine");
    expect(await idOf("mine")).toMatch(/^req_\w+$/);
    expect(await idOf("mine")).not.toBe(await idOf("mine"));
  });

  it("open to browsers what belongs there", async () => {
    const headers = { origin: "https://shop.example" };
    const key = await sandbox.call("GET", "/me", { as: "key", headers });
    const nobody = await sandbox.call("GET", "/me", { as: "nobody", headers });
    expect(key.headers.get("access-control-allow-origin")).toBeNull();
    expect(nobody.headers.get("access-control-allow-origin")).toBe("*");
    const asked = await sandbox.call("OPTIONS", "/me", { as: "nobody", headers });
    expect([asked.status, asked.headers.get("access-control-allow-headers")]).toEqual([
      204,
      expect.stringContaining("Idempotency-Key"),
    ]);
  });
});

describe("ETags", () => {
  it.each([
    ['"a"', "strong", true],
    ['"b", "a"', "strong", true],
    ['W/"a"', "strong", false],
    ['W/"a"', "weak", true],
    ["*", "strong", true],
    ['"ab"', "weak", false],
    ["a", "strong", false],
  ] as const)("%s compared as %s: %s", (header, comparison, expected) => {
    expect(names(header, '"a"', comparison)).toBe(expected);
  });
});

describe("locations", () => {
  const workspaceId = "w_1";
  it.each([
    [
      "POST",
      "/workspaces/{workspaceId}/tasks",
      { workspaceId },
      { taskId: "tsk_1", workspaceId },
      "/workspaces/w_1/tasks/tsk_1",
    ],
    [
      "POST",
      "/workspaces/{workspaceId}/bugs",
      { workspaceId },
      { taskId: "tsk_1" },
      "/workspaces/w_1/bugs/tsk_1",
    ],
    [
      "POST",
      "/workspaces/{workspaceId}/agents/{agentId}/workers",
      { workspaceId, agentId: "agt_1" },
      { workerId: "wrk_1", agentId: "agt_1", workspaceId },
      "/workspaces/w_1/workers/wrk_1",
    ],
    [
      "POST",
      "/workspaces/{workspaceId}/agent-sessions/{sessionId}/activities",
      { workspaceId, sessionId: "ses_1" },
      { type: "url", activityId: "act_1", sessionId: "ses_1" },
      "/workspaces/w_1/agent-sessions/ses_1/activities/act_1",
    ],
    [
      "PUT",
      "/workspaces/{workspaceId}/teams/{teamId}/members/{userId}",
      { workspaceId, teamId: "team_1", userId: "u_1" },
      {},
      "/workspaces/w_1/teams/team_1/members/u_1",
    ],
  ])("%s %s", (method, path, params, body, expected) => {
    expect(locationOf(method, path, params, body as Record<string, string>)).toBe(expected);
  });
});
