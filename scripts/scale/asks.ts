import type { Identity } from "../../test/support/sandbox.js";

const SORTS = ["createdAt", "updatedAt", "deadline", "title"].flatMap((name) => [name, `-${name}`]);

/** A read, below the workspace. */
export interface Ask {
  readonly as: Identity;
  readonly path: string;
}

const FILTERS = [
  "status=in_progress",
  "status=blocked&status=review",
  "scope=initiative",
  "kind=bug",
  "teamId=team_scale4",
  "assigneeId=u_scale5",
  "ownerId=u_scale9",
  "taxonomyLabelId=lbl_often",
  "taxonomyLabelId=lbl_seldom",
  "triageStatus=pending",
  "deadlineBefore=2025-06-01T00:00:00Z",
  "deadlineAfter=2026-08-01T00:00:00Z",
  "createdAfter=2026-02-25T00:00:00Z",
  "createdBefore=2024-04-01T00:00:00Z",
  "updatedAfter=2026-03-01T00:00:00Z",
  "parentTaskId=tsk_scale7",
  "includeHierarchy=true",
  "limit=200",
];

/** Every list in every order and with every filter, every view and search: for a key, an owner and a member. */
export const ASKS: readonly Ask[] = (["key", "owner", "member"] as const).flatMap((as) => {
  const all = as === "key" ? "/tasks?" : "/tasks?all=true&";
  const paths = [
    ...SORTS.map((sort) => `${all}sort=${sort}`),
    ...FILTERS.map((filter) => `${all}${filter}`),
    ...(as === "key" ? [] : SORTS.map((sort) => `/tasks?sort=${sort}`)),
    "/initiatives",
    "/bugs",
    "/bugs?triageStatus=pending",
    ...["word0", "word17 word3", "word4321", "word4999 word4998", "nothing"].map(
      (query) => `/tasks/search?query=${encodeURIComponent(query)}`,
    ),
    "/planned-work",
    "/completed-work",
    "/completed-work?startDate=2025-12-01T00:00:00Z&endDate=2026-03-01T00:00:00Z",
    "/blockers",
    "/planned-work?teamId=team_scale4",
    ...(as === "key" ? [] : ["/recaps/me", "/recaps/me?includeInitiatives=true"]),
    "/teams/team_scale4/recap?includeInitiatives=true",
    "/comments",
    "/comments?sort=-createdAt",
    "/comments?userId=u_scale4",
    "/documents",
    "/documents?sort=-updatedAt",
    "/documents?query=word17",
    "/documents?includeContent=true&limit=200",
    "/tasks/tsk_scale7",
    "/tasks/tsk_scale7/relations?direction=incoming",
    "/events",
    "/events?latest=true",
    "/events?type=task.created",
    "/members",
    "/teams",
  ];
  return paths.map((path) => ({ as, path }));
});
