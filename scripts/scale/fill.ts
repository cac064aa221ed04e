import { sql, type SQL } from "drizzle-orm";

import type { Database } from "../../sandbox/src/database/open.js";
import { rowsOf } from "../../sandbox/src/database/rows.js";

const PEOPLE = 200;
const TEAMS = 20;
const INITIATIVES = 2000;
/** What their triggers do is done for all rows at once. */
const WITH_TRIGGERS = ["tasks", "task_contributors", "task_teams", "documents"];

/** A person, by a number. */
function personAt(number: SQL): SQL {
  return sql`('u_scale' || (1 + mod(abs(hashint4(${number})), ${sql.raw(String(PEOPLE))})))`;
}

/** So many words, of which the first of the vocabulary come often and most come seldom; other ones for each row. */
function words(count: number): SQL {
  return sql`(select string_agg('word' || floor(5000 * power(random(), 3))::int, ' ')
    from generate_series(1, ${sql.raw(String(count))}) where i > 0)`;
}

const SPREAD = sql`(timestamptz '2026-03-01' - (random() * 730) * interval '1 day')`;

/** Fills the workspace `w_northwind` with so many tasks and what belongs to them, by SQL alone. */
export async function fill({ db }: Database, count: number, told: (step: string) => void): Promise<void> {
  const run = async (step: string, statement: SQL): Promise<void> => {
    const start = performance.now();
    await db.execute(statement);
    told(`${step}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  };
  await db.execute(sql`set statement_timeout = 0`);
  await run("people and teams", people());
  await run("teams", teams());
  await run("members of teams", teamMembers());
  const indexes = await rowsOf<{ name: string; definition: string }>(
    db,
    sql`select indexname as name, indexdef as definition from pg_indexes
      where schemaname = 'public' and tablename in ('tasks', 'task_contributors', 'task_teams', 'comments')
        and indexname not like '%_pkey' and indexname not like '%_pk'`,
  );
  for (const { name } of indexes) await db.execute(sql.raw(`drop index "${name}"`));
  for (const table of WITH_TRIGGERS) await db.execute(sql.raw(`alter table ${table} disable trigger user`));
  await run(`${count} tasks`, tasks(count));
  await run("contributors", contributors(count));
  await run("teams of tasks", taskTeams(count));
  await run("labels", labels(count));
  await run("comments", comments(count));
  await run("documents", documents(count));
  await run("events", events(count));
  for (const table of WITH_TRIGGERS) await db.execute(sql.raw(`alter table ${table} enable trigger user`));
  for (const { definition } of indexes) await run(definition.slice(0, 70), sql.raw(definition));
  await run("statistics", sql`analyze`);
  await assertAudience(db);
}

function people(): SQL {
  return sql`
    with added as (
      insert into users (user_id, name, email, default_workspace_id, created_at)
      select 'u_scale' || i, 'Person ' || i, 'p' || i || '@northwind.example', 'w_northwind', '2024-01-01'
      from generate_series(1, ${sql.raw(String(PEOPLE))}) i returning user_id
    )
    insert into memberships (workspace_id, user_id, role, status, joined_at, updated_at)
    select 'w_northwind', user_id, 'member', 'active', '2024-01-01', '2024-01-01' from added`;
}

function teams(): SQL {
  return sql`
    insert into teams (team_id, workspace_id, name, created_at, updated_at)
    select 'team_scale' || i, 'w_northwind', 'Team ' || i, '2024-01-01', '2024-01-01'
    from generate_series(0, ${sql.raw(String(TEAMS - 1))}) i`;
}

function teamMembers(): SQL {
  const team = sql`'team_scale' || mod(i, ${sql.raw(String(TEAMS))})`;
  return sql`
    insert into team_members (workspace_id, team_id, user_id, role, joined_at)
    select 'w_northwind', ${team}, 'u_scale' || i, 'member', timestamptz '2024-01-01'
    from generate_series(1, ${sql.raw(String(PEOPLE))}) i
    union all select 'w_northwind', 'team_scale4', 'u_mia', 'member', timestamptz '2024-01-01'`;
}

const HAS_TEAM = sql`mod(i, 8) <> 0`;
const HAS_CONTRIBUTOR = sql`mod(i, 2) = 0`;
const TEAM = sql`('team_scale' || mod(i, ${sql.raw(String(TEAMS))}))`;
const CONTRIBUTOR = personAt(sql`i + 7919`);
/** One in five hundred is Mia's. */
const OWNER = sql`(case when mod(i, 500) = 7 then 'u_mia' else ${personAt(sql`i`)} end)`;

function tasks(count: number): SQL {
  const initiatives = sql.raw(String(INITIATIVES));
  return sql`
    insert into tasks (task_id, workspace_id, title, description, scope, kind, status, visibility, user_id,
      parent_task_id, deadline, completed_at, triage_status, source, created_at, updated_at, search, audience)
    select 'tsk_scale' || i, 'w_northwind', title, description,
      case when i <= ${initiatives} then 'initiative' when mod(i, 3) = 0 then 'ongoing' else 'day' end,
      case when i > ${initiatives} and mod(i, 9) = 0 then 'bug' else 'task' end,
      status, case when mod(i, 10) = 3 then 'private' else 'team' end, ${OWNER},
      case when i > ${initiatives} and mod(i, 5) < 3 then 'tsk_scale' || (1 + mod(i, ${initiatives})) end,
      case when mod(i, 2) = 0 then created_at + random() * interval '200 day' end,
      case when status = 'completed' then created_at + random() * (timestamptz '2026-03-02' - created_at) end,
      case when mod(i, 9) = 0 then (array['pending','accepted','accepted','declined'])[1 + mod(i, 4)] end,
      'api', created_at, created_at + random() * (timestamptz '2026-03-02' - created_at),
      setweight(sandbox_words(title), 'A') || sandbox_words(description),
      array[${OWNER}] || case when ${HAS_CONTRIBUTOR} then array[${CONTRIBUTOR}] else '{}' end
        || case when mod(i, 10) = 3 then '{}'::text[] when ${HAS_TEAM} then array[${TEAM}] else array['*'] end
    from (
      select i, ${words(4)} as title, ${words(20)} as description, ${SPREAD} as created_at,
        (array['completed','completed','completed','completed','open','open','planned','in_progress','review',
          'cancelled','idea','blocked'])[1 + mod(abs(hashint4(i)), 12)] as status
      from generate_series(1, ${sql.raw(String(count))}) i
    ) made`;
}

function contributors(count: number): SQL {
  return sql`
    insert into task_contributors (workspace_id, task_id, user_id, type, position)
    select 'w_northwind', 'tsk_scale' || i, ${CONTRIBUTOR}, 'assignee', 0
    from generate_series(1, ${sql.raw(String(count))}) i where ${HAS_CONTRIBUTOR}`;
}

function taskTeams(count: number): SQL {
  return sql`
    insert into task_teams (workspace_id, task_id, team_id, position)
    select 'w_northwind', 'tsk_scale' || i, ${TEAM}, 0
    from generate_series(1, ${sql.raw(String(count))}) i where ${HAS_TEAM}`;
}

function labels(count: number): SQL {
  return sql`
    with added as (
      insert into taxonomy_labels (taxonomy_label_id, workspace_id, type, name, created_at, updated_at)
      values ('lbl_often', 'w_northwind', 'goal', 'Often', '2024-01-01', '2024-01-01'),
        ('lbl_seldom', 'w_northwind', 'goal', 'Seldom', '2024-01-01', '2024-01-01') returning 1
    )
    insert into task_labels (workspace_id, task_id, taxonomy_label_id, position)
    select 'w_northwind', 'tsk_scale' || i, case when mod(i, 1000) = 0 then 'lbl_seldom' else 'lbl_often' end, 0
    from generate_series(1, ${sql.raw(String(count))}) i where mod(i, 10) = 0 and (select count(*) from added) = 2`;
}

function comments(count: number): SQL {
  return sql`
    insert into comments (comment_id, workspace_id, task_id, user_id, content, created_at, updated_at)
    select 'cmt_scale' || i, 'w_northwind', 'tsk_scale' || i, ${personAt(sql`i`)}, 'A remark.', ${SPREAD}, '2026-03-01'
    from generate_series(1, ${sql.raw(String(count))}, 3) i`;
}

function documents(count: number): SQL {
  return sql`
    with added as (
      insert into documents (document_id, workspace_id, title, type, status, content, created_by, updated_by,
        created_at, updated_at)
      select 'doc_scale' || i, 'w_northwind', ${words(4)}, 'requirement', 'draft', repeat('Some text. ', 400),
        ${personAt(sql`i`)}, ${personAt(sql`i + 1`)}, ${SPREAD}, timestamptz '2026-03-01' - random() * interval '90 day'
      from generate_series(1, ${sql.raw(String(count))}, 21) i returning document_id
    )
    insert into document_tasks (workspace_id, document_id, task_id, position)
    select 'w_northwind', document_id, 'tsk_scale' || substr(document_id, 10), 0 from added`;
}

function events(count: number): SQL {
  return sql`
    insert into events (event_id, workspace_id, type, subject, data, is_public, user_ids, task_id, created_at,
      dispatched_at)
    select 'evt_scale' || i, 'w_northwind', 'task.updated', 'tsk_scale' || i,
      jsonb_build_object('resource', jsonb_build_object('type', 'task', 'id', 'tsk_scale' || i)),
      mod(i, 8) = 0, array[${OWNER}], 'tsk_scale' || i, timestamptz '2026-03-02' - random() * interval '29 day',
      timestamptz '2026-03-02'
    from generate_series(1, ${sql.raw(String(count))}, 5) i`;
}

/** What was filled in has to be what the database's own rule says. */
async function assertAudience(db: Database["db"]): Promise<void> {
  const [row] = await rowsOf<{ wrong: number }>(
    db,
    sql`select count(*)::int as wrong from (select * from tasks where workspace_id = 'w_northwind' limit 2000) task
      where not (audience @> sandbox_task_audience(task_id, user_id, visibility)
        and audience <@ sandbox_task_audience(task_id, user_id, visibility))`,
  );
  if (row?.wrong !== 0) throw new Error(`${row?.wrong} tasks of 2000 have an audience that is not theirs.`);
}
