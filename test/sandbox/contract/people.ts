import type { Exchange } from "./exchange.js";

/** Members, teams, invitations and labels. */
export async function people(exchange: Exchange): Promise<void> {
  await exchange.unchanged("fetchMe");
  await exchange.done("listWorkspaces");
  await exchange.unchanged("fetchWorkspace");
  await members(exchange);
  await teams(exchange);
  await invites(exchange);
  await labels(exchange);
}

async function members(exchange: Exchange): Promise<void> {
  await exchange.done("listMembers");
  const mia = { userId: "u_mia" };
  await exchange.unchanged("fetchMember", { path: mia });
  await exchange.refusal("fetchMember", { path: { userId: "u_none" } });
  await exchange.done("updateMember", { path: mia, body: { timezone: "Europe/Berlin" } });
  const role = { role: "admin" };
  await exchange.refusal("updateMember", { path: mia, body: role, as: "other" });
  await exchange.refusal("updateMember", { path: { userId: "u_olive" }, body: role });
  await exchange.refusal("updateMember", { path: { userId: "u_none" }, body: role });
  await exchange.refusal("updateMember", { path: mia, body: role, headers: { "if-match": '"old"' } });
  await exchange.refusal("removeMember", { path: mia, as: "other" });
  await exchange.refusal("removeMember", { path: { userId: "u_olive" } });
  await exchange.refusal("removeMember", { path: { userId: "u_none" } });
  await exchange.refusal("removeMember", { path: mia, headers: { "if-match": '"old"' } });
}

async function teams(exchange: Exchange): Promise<void> {
  const { teamId = "" } = await exchange.done("createTeam", { body: { name: "Web" } });
  const below = await exchange.done("createTeam", { body: { name: "Shop", parentTeamId: teamId } });
  const team = { teamId };
  const none = { teamId: "team_none" };
  await exchange.done("listTeams");
  await exchange.unchanged("fetchTeam", { path: team });
  await exchange.refusal("fetchTeam", { path: none });
  const mia = { ...team, userId: "u_mia" };
  await exchange.done("putTeamMember", { path: mia, body: { role: "member" } });
  await exchange.done("putTeamMember", { path: mia, body: { role: "observer" } });
  await exchange.done("putTeamMember", { path: { ...team, userId: "u_otto" }, body: { role: "member" } });
  await exchange.refusal("putTeamMember", { path: mia, body: { role: "admin" }, as: "member" });
  await exchange.refusal("putTeamMember", { path: { ...none, userId: "u_mia" }, body: { role: "admin" } });
  await exchange.refusal("putTeamMember", { path: { ...team, userId: "u_none" }, body: { role: "admin" } });
  await exchange.done("listTeamMembers", { path: team });
  await exchange.refusal("listTeamMembers", { path: none });
  const name = { name: "Web shop" };
  await exchange.done("updateTeam", { path: team, body: name });
  await exchange.refusal("updateTeam", { path: team, body: name, as: "member" });
  await exchange.refusal("updateTeam", { path: none, body: name });
  await exchange.refusal("updateTeam", { path: team, body: name, headers: { "if-match": '"old"' } });
  await exchange.refusal("deleteTeam", { path: team });
  await exchange.refusal("deleteTeam", { path: none });
  await exchange.refusal("deleteTeam", { path: team, as: "member" });
  await exchange.refusal("deleteTeam", { path: team, headers: { "if-match": '"old"' } });
  await exchange.refusal("removeTeamMember", { path: { ...team, userId: "u_otto" }, as: "member" });
  await exchange.done("removeTeamMember", { path: mia });
  await exchange.refusal("removeTeamMember", { path: mia });
  await exchange.refusal("removeTeamMember", { path: { ...none, userId: "u_mia" } });
  await exchange.done("deleteTeam", { path: { teamId: String(below["teamId"]) } });
}

async function invites(exchange: Exchange): Promise<void> {
  const { teamId = "" } = await exchange.done("createTeam", { body: { name: "Data" } });
  const team = { teamId };
  await exchange.done("putTeamMember", { path: { ...team, userId: "u_otto" }, body: { role: "member" } });
  const body = { email: "mia@northwind.example", role: "member" };
  await exchange.refusal("createTeamInvite", { path: team, body, as: "other" });
  await exchange.refusal("createTeamInvite", { path: { teamId: "team_none" }, body });
  await exchange.refusal("createTeamInvite", { path: team, body: { email: "otto@northwind.example" } });
  const { inviteId = "" } = await exchange.done("createTeamInvite", { path: team, body });
  await exchange.done("listTeamInvites", { path: team });
  await exchange.refusal("listTeamInvites", { path: { teamId: "team_none" } });
  const invite = { ...team, inviteId };
  const none = { ...team, inviteId: "inv_none" };
  await exchange.refusal("acceptTeamInvite", { path: invite, as: "other" });
  await exchange.refusal("acceptTeamInvite", { path: none, as: "other" });
  await exchange.done("acceptTeamInvite", { path: invite, as: "member" });
  await exchange.refusal("acceptTeamInvite", { path: invite, as: "member" });
  await exchange.refusal("revokeTeamInvite", { path: invite, as: "other" });
  await exchange.refusal("revokeTeamInvite", { path: none });
  await exchange.refusal("revokeTeamInvite", { path: { teamId: "team_none", inviteId } });
  await exchange.refusal("acceptTeamInvite", { path: { teamId: "team_none", inviteId }, as: "member" });
  await exchange.done("revokeTeamInvite", { path: invite });
  const again = await exchange.done("createTeamInvite", {
    path: team,
    body: { email: "new@northwind.example" },
  });
  await exchange.done("revokeTeamInvite", { path: { ...team, inviteId: again["inviteId"] ?? "" } });
}

async function labels(exchange: Exchange): Promise<void> {
  const body = { type: "goal", name: "Speed" };
  const { taxonomyLabelId = "" } = await exchange.done("createTaxonomyLabel", { body });
  const label = { taxonomyLabelId };
  const none = { taxonomyLabelId: "lbl_none" };
  await exchange.refusal("createTaxonomyLabel", { body });
  await exchange.refusal("createTaxonomyLabel", { body, as: "member" });
  await exchange.done("createTaxonomyLabel", { body: { type: "goal", name: "Care" } });
  await exchange.done("listTaxonomyLabels");
  await exchange.unchanged("fetchTaxonomyLabel", { path: label });
  await exchange.refusal("fetchTaxonomyLabel", { path: none });
  const archived = { archived: true };
  await exchange.done("updateTaxonomyLabel", { path: label, body: archived });
  await exchange.refusal("updateTaxonomyLabel", { path: label, body: { name: "care" } });
  await exchange.refusal("updateTaxonomyLabel", { path: label, body: archived, as: "member" });
  await exchange.refusal("updateTaxonomyLabel", { path: none, body: archived });
  const stale = { "if-match": '"old"' };
  await exchange.refusal("updateTaxonomyLabel", { path: label, body: archived, headers: stale });
  await exchange.refusal("deleteTaxonomyLabel", { path: label, as: "member" });
  await exchange.refusal("deleteTaxonomyLabel", { path: none });
  await exchange.refusal("deleteTaxonomyLabel", { path: label, headers: stale });
  await exchange.done("deleteTaxonomyLabel", { path: label });
}
