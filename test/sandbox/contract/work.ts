import type { OperationId } from "@workspace-api/server";

import type { Exchange, Input } from "./exchange.js";

const STALE = { "if-match": '"old"' };

/** Tasks with all that is done to them, initiatives, bugs, views of work, and comments. */
export async function work(exchange: Exchange): Promise<void> {
  const teamId = await teamWithObserver(exchange);
  await tasks(exchange, teamId);
  await collections(exchange, teamId);
  await relations(exchange, teamId);
  await triageAndText(exchange, teamId);
  await views(exchange, teamId);
  await comments(exchange, teamId);
}

/** A team in which Mia may look on. */
async function teamWithObserver(exchange: Exchange): Promise<string> {
  const { teamId = "" } = await exchange.done("createTeam", { body: { name: "Delivery" } });
  await exchange.done("putTeamMember", { path: { teamId, userId: "u_mia" }, body: { role: "observer" } });
  return teamId;
}

/** A task of a team, of whatever sort. */
async function taskIn(exchange: Exchange, teamId: string, more: object = {}): Promise<string> {
  const body = { title: "A task", teamIds: [teamId], ...more };
  return String((await exchange.done("createTask", { body }))["taskId"]);
}

async function tasks(exchange: Exchange, teamId: string): Promise<void> {
  const taskId = await taskIn(exchange, teamId);
  const task = { taskId };
  const none = { taskId: "tsk_none" };
  await exchange.refusal("createTask", { body: { title: "Looked on", teamIds: [teamId] }, as: "member" });
  await tooDeep(exchange, "createTask", (parentTaskId) => ({ body: { title: "Deep", parentTaskId } }));
  await exchange.done("listTasks");
  await exchange.done("searchTasks", { query: { query: "task" } });
  await exchange.unchanged("fetchTask", { path: task });
  await exchange.refusal("fetchTask", { path: none });
  const body = { status: "in_progress" };
  await exchange.done("updateTask", { path: task, body });
  await exchange.refusal("updateTask", { path: task, body, as: "member" });
  await exchange.refusal("updateTask", { path: none, body });
  await exchange.refusal("updateTask", { path: task, body, headers: STALE });
  await exchange.refusal("updateTask", { path: task, body: { parentTaskId: taskId } });
  await tooDeep(exchange, "updateTask", (parentTaskId) => ({ path: task, body: { parentTaskId } }));
  const until = new Date(exchange.sandbox.clock.now().getTime() + 86_400_000).toISOString();
  await exchange.done("snoozeTask", { path: task, body: { until } });
  await exchange.refusal("snoozeTask", { path: task, body: { until }, as: "member" });
  await exchange.refusal("snoozeTask", { path: none, body: { until } });
  await exchange.done("unsnoozeTask", { path: task });
  await exchange.refusal("unsnoozeTask", { path: task, as: "member" });
  await exchange.refusal("unsnoozeTask", { path: none });
  await taskIn(exchange, teamId, { parentTaskId: taskId });
  await exchange.refusal("deleteTask", { path: task, as: "member" });
  await exchange.refusal("deleteTask", { path: task, headers: STALE });
  await exchange.refusal("deleteTask", { path: task });
  await exchange.done("deleteTask", { path: task, query: { children: "detach" } });
  await exchange.refusal("deleteTask", { path: task });
}

/** Builds a hierarchy as deep as may be, and goes one step too far. */
async function tooDeep(
  exchange: Exchange,
  id: OperationId,
  input: (parentTaskId: string) => Input,
): Promise<void> {
  let parentTaskId: string | undefined;
  for (let level = 0; level < 10; level += 1) {
    const body = { title: `Level ${level}`, ...(parentTaskId === undefined ? {} : { parentTaskId }) };
    parentTaskId = String((await exchange.done("createTask", { body }))["taskId"]);
  }
  const code = await exchange.refusal(id, input(parentTaskId ?? ""));
  if (code !== "hierarchy_too_deep")
    throw new Error(`${id} answered ${code} to a hierarchy that is too deep.`);
}

async function collections(exchange: Exchange, teamId: string): Promise<void> {
  const sorts = [
    {
      create: "createInitiative",
      list: "listInitiatives",
      fetch: "fetchInitiative",
      update: "updateInitiative",
    },
    { create: "createBug", list: "listBugs", fetch: "fetchBug", update: "updateBug" },
  ] as const;
  for (const { create, list, fetch, update } of sorts) {
    const own = { title: "One", teamIds: [teamId] };
    const { taskId = "" } = await exchange.done(create, { body: own });
    const task = { taskId };
    const none = { taskId: "tsk_none" };
    await exchange.refusal(create, { body: own, as: "member" });
    await tooDeep(exchange, create, (parentTaskId) => ({ body: { title: "Deep", parentTaskId } }));
    await exchange.done(list);
    await exchange.unchanged(fetch, { path: task });
    await exchange.refusal(fetch, { path: none });
    const body = { title: "Another" };
    await exchange.done(update, { path: task, body });
    await exchange.refusal(update, { path: task, body, as: "member" });
    await exchange.refusal(update, { path: none, body });
    await exchange.refusal(update, { path: task, body, headers: STALE });
    await exchange.refusal(update, { path: task, body: { parentTaskId: taskId } });
    await tooDeep(exchange, update, (parentTaskId) => ({ path: task, body: { parentTaskId } }));
  }
}

async function relations(exchange: Exchange, teamId: string): Promise<void> {
  const taskId = await taskIn(exchange, teamId);
  const relatedTaskId = await taskIn(exchange, teamId);
  const path = { taskId, relatedTaskId, type: "blocks" };
  await exchange.done("addTaskRelation", { path });
  await exchange.done("listTaskRelations", { path: { taskId } });
  await exchange.refusal("listTaskRelations", { path: { taskId: "tsk_none" } });
  await exchange.refusal("addTaskRelation", { path, as: "member" });
  await exchange.refusal("addTaskRelation", { path: { ...path, relatedTaskId: "tsk_none" } });
  await exchange.refusal("addTaskRelation", { path: { ...path, relatedTaskId: taskId } });
  await exchange.done("addTaskRelation", { path: { ...path, type: "part_of" } });
  const back = { taskId: relatedTaskId, relatedTaskId: taskId, type: "part_of" };
  await exchange.refusal("addTaskRelation", { path: back });
  await tooDeep(exchange, "addTaskRelation", (parent) => ({
    path: { taskId, relatedTaskId: parent, type: "part_of" },
  }));
  await exchange.refusal("removeTaskRelation", { path, as: "member" });
  await exchange.done("removeTaskRelation", { path });
  await exchange.refusal("removeTaskRelation", { path });
  await exchange.refusal("removeTaskRelation", { path: { ...path, taskId: "tsk_none" } });
  for (let count = 0; count < 100; count += 1) {
    const other = await taskIn(exchange, teamId);
    const code = await exchange.refusal("addTaskRelation", { path: { ...path, relatedTaskId: other } });
    if (code === "relation_limit_reached") return;
  }
}

async function triageAndText(exchange: Exchange, teamId: string): Promise<void> {
  const own = { title: "Total is wrong", description: "The total is wrong, wrong.", teamIds: [teamId] };
  const { taskId = "" } = await exchange.done("createBug", { body: own });
  const task = { taskId };
  const none = { taskId: "tsk_none" };
  const accept = { decision: "accept", comment: "Yes." };
  await exchange.refusal("decideTriage", { path: task, body: accept, as: "member" });
  await exchange.refusal("decideTriage", { path: none, body: accept });
  await exchange.done("decideTriage", { path: task, body: accept });
  await exchange.refusal("decideTriage", { path: task, body: accept });
  const ops = (target: string): object => ({ ops: [{ kind: "delete_text", target }] });
  await exchange.done("patchTaskDescription", { path: task, body: ops(", wrong") });
  await exchange.refusal("patchTaskDescription", { path: task, body: ops("right") });
  await exchange.refusal("patchTaskDescription", { path: task, body: ops("o") });
  await exchange.refusal("patchTaskDescription", { path: task, body: ops("wrong"), as: "member" });
  await exchange.refusal("patchTaskDescription", { path: none, body: ops("wrong") });
}

async function views(exchange: Exchange, teamId: string): Promise<void> {
  await taskIn(exchange, teamId, { status: "planned" });
  for (const id of ["listPlannedWork", "listCompletedWork", "listBlockers", "fetchMyRecap"] as const)
    await exchange.done(id);
  await exchange.done("fetchTeamRecap", { path: { teamId } });
  await exchange.refusal("fetchTeamRecap", { path: { teamId: "team_none" } });
}

async function comments(exchange: Exchange, teamId: string): Promise<void> {
  const looked = { taskId: await taskIn(exchange, teamId) };
  await exchange.refusal("createComment", { path: looked, body: { content: "Hm." }, as: "member" });
  const { taskId = "" } = await exchange.done("createTask", { body: { title: "Talk" } });
  const task = { taskId };
  const none = { taskId: "tsk_none" };
  const body = { content: "Hello." };
  const { commentId = "" } = await exchange.done("createComment", { path: task, body });
  await exchange.refusal("createComment", { path: none, body });
  await exchange.done("listComments", { path: task });
  await exchange.refusal("listComments", { path: none });
  await exchange.done("listWorkspaceComments");
  const comment = { ...task, commentId };
  const missing = { ...task, commentId: "cmt_none" };
  await exchange.unchanged("fetchComment", { path: comment });
  await exchange.done("updateComment", { path: comment, body: { content: "Hello!" } });
  for (const id of ["fetchComment", "updateComment", "deleteComment"] as const) {
    const edit = id === "updateComment" ? { body } : {};
    await exchange.refusal(id, { path: missing, ...edit });
    await exchange.refusal(id, { path: { ...none, commentId }, ...edit });
    if (id === "fetchComment") continue;
    await exchange.refusal(id, { path: comment, ...edit, as: "member" });
    await exchange.refusal(id, { path: comment, ...edit, headers: STALE });
  }
  const reaction = { ...comment, emoji: "👍" };
  await exchange.done("addCommentReaction", { path: reaction });
  await exchange.done("removeCommentReaction", { path: reaction });
  for (const id of ["addCommentReaction", "removeCommentReaction"] as const) {
    await exchange.refusal(id, { path: { ...missing, emoji: "👍" } });
    await exchange.refusal(id, { path: { ...none, commentId, emoji: "👍" } });
  }
  await exchange.done("deleteComment", { path: comment });
}
