import { records } from "../../../sandbox/src/database/schema.js";
import type { Identity } from "../../support/sandbox.js";
import { addAgent, AGENT } from "../resilience/agents.js";
import type { World } from "../rules/world.js";

/** Who looks: every role of the workspace in and out of the team, its API key, an app with few scopes, and others. */
export const WHO = ["owner", "admin", "member", "other", "key", "stranger", "strangerKey"] as const;
export type Viewer = (typeof WHO)[number];

/**
 * Who may see what, as the spec's table says it: `member` made everything and belongs to the team, `other` contributes
 * to the private task, `admin` and `other` are in no team.
 */
export const SEEN: Readonly<Record<Viewer, readonly string[]>> = {
  owner: ["open", "team"],
  admin: ["open"],
  member: ["open", "private", "team"],
  other: ["open", "private"],
  key: ["open", "private", "team"],
  stranger: [],
  strangerKey: [],
};

/** The same for what belongs to the team alone. */
export const SEES_TEAM: readonly Viewer[] = ["owner", "member", "key"];

/** What the tests look for: one task of each visibility, and one of everything that hangs on each. */
export interface Things {
  readonly teamId: string;
  readonly inviteId: string;
  /** Ids by the visibility of the task that they are about. */
  readonly task: ById;
  readonly comment: ById;
  readonly document: ById;
  readonly session: ById;
  readonly record: ById;
  readonly child: ById;
  readonly localSession: string;
  readonly initiative: string;
}

type ById = Readonly<Record<string, string>>;

/** Makes them, all as `member`. */
export async function makeThings({ sandbox, make, send }: World): Promise<Things> {
  const { database, clock } = sandbox();
  await addAgent(database.db, clock.now());
  const as = "member";
  const teamId = await make("/teams", { name: "Team" }, as);
  const inviteId = await make(`/teams/${teamId}/invites`, { email: "new@northwind.example" }, as);
  const initiative = await make("/initiatives", { title: "Initiative" }, as);
  const contributors = [{ userId: "u_otto", type: "reviewer" }];
  const kinds: Readonly<Record<string, object>> = {
    open: {},
    team: { teamIds: [teamId] },
    private: { visibility: "private", contributors },
  };
  const ids: Record<string, Record<string, string>> = {};
  const keep = (what: string, name: string, id: string): string => ((ids[what] ??= {})[name] = id);
  for (const [name, kind] of Object.entries(kinds)) {
    const body = { title: `Quartz ${name}`, status: "planned", parentTaskId: initiative, ...kind };
    const taskId = keep("task", name, await make("/tasks", body, as));
    keep("comment", name, await make(`/tasks/${taskId}/comments`, { content: `About ${name}` }, as));
    // Written by a key, so that nobody sees it for being its author.
    const document = { title: `Document ${name}`, type: "task", taskIds: [taskId] };
    keep("document", name, await make("/documents", document, "key"));
    const session = { agentId: AGENT, executionMode: "cloud", prompt: `Prompt ${name}`, taskId };
    keep("session", name, await make("/agent-sessions", session, as));
    keep("child", name, await make("/tasks", { title: `Child ${name}`, parentTaskId: taskId }, as));
    const recordId = keep("record", name, `rec_${name}`);
    await database.db.insert(records).values({
      recordId,
      workspaceId: "w_northwind",
      kind: "issue",
      provider: "tracker",
      externalId: name,
      url: `https://tracker.example/${name}`,
      title: name,
      teamId: name === "team" ? teamId : null,
      occurredAt: clock.now(),
      syncedAt: clock.now(),
    });
    await send("PUT", `/records/${recordId}/tasks/${taskId}`, { as });
    await send("PUT", `/tasks/${initiative}/relations/blocks/${taskId}`, { as });
  }
  const localSession = await make(
    "/agent-sessions",
    { agentId: AGENT, executionMode: "local", prompt: "Local" },
    as,
  );
  const of = (what: string): ById => ids[what] ?? {};
  return {
    teamId,
    inviteId,
    task: of("task"),
    comment: of("comment"),
    document: of("document"),
    session: of("session"),
    record: of("record"),
    child: of("child"),
    localSession,
    initiative,
  };
}

/** The names of those ids that occur in a text. */
export function named(ids: ById, text: string): string[] {
  return Object.keys(ids)
    .filter((name) => text.includes(`"${ids[name]}"`))
    .toSorted();
}

/** Reads as somebody; the text of the answer. */
export async function textOf({ send }: World, path: string, as: Identity): Promise<string> {
  return JSON.stringify((await send("GET", path, { as })).body);
}
