DROP INDEX "tasks_parent_task_id_index";--> statement-breakpoint
CREATE INDEX "tasks_below_index" ON "tasks" USING btree ("parent_task_id","status","task_id") WHERE "tasks"."deleted_at" is null;--> statement-breakpoint
DROP INDEX "tasks_workspace_id_deadline_task_id_index";--> statement-breakpoint
DROP INDEX "tasks_workspace_id_status_completed_at_index";--> statement-breakpoint
DROP INDEX "tasks_workspace_id_user_id_index";--> statement-breakpoint
CREATE INDEX "comments_workspace_id_created_at_comment_id_index" ON "comments" USING btree ("workspace_id","created_at","comment_id");--> statement-breakpoint
CREATE INDEX "tasks_due_first_index" ON "tasks" USING btree ("workspace_id",coalesce("deadline", 'infinity'::timestamptz),"task_id");--> statement-breakpoint
CREATE INDEX "tasks_due_last_index" ON "tasks" USING btree ("workspace_id",coalesce("deadline", '-infinity'::timestamptz),"task_id");--> statement-breakpoint
CREATE INDEX "tasks_recap_index" ON "tasks" USING btree ("workspace_id",((case when "kind" = 'bug' then 1 when "scope" = 'day' then 2 else 0 end) * 1000000000000
    + coalesce(extract(epoch from ("deadline" - '1970-01-01 00:00:00+00'::timestamptz)), 999999999999)),"task_id");--> statement-breakpoint
CREATE INDEX "tasks_workspace_id_status_completed_at_task_id_index" ON "tasks" USING btree ("workspace_id","status","completed_at","task_id");--> statement-breakpoint
CREATE INDEX "tasks_workspace_id_status_updated_at_task_id_index" ON "tasks" USING btree ("workspace_id","status","updated_at","task_id");--> statement-breakpoint
CREATE INDEX "tasks_workspace_id_user_id_created_at_task_id_index" ON "tasks" USING btree ("workspace_id","user_id","created_at","task_id");--> statement-breakpoint
CREATE INDEX "tasks_initiatives_index" ON "tasks" USING btree ("workspace_id","created_at","task_id") WHERE "tasks"."scope" = 'initiative';--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "xid" xid8 DEFAULT pg_current_xact_id() NOT NULL;--> statement-breakpoint
CREATE INDEX "events_feed_index" ON "events" USING btree ("workspace_id","xid","position");--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "search" tsvector;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "audience" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
-- The words of a text. Left alone, PostgreSQL would take README.md and 1.5 for one each, but not user_id.
CREATE OR REPLACE FUNCTION sandbox_words(content text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
  select to_tsvector('simple', translate(content, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', '                                '))
$$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION sandbox_task_search(title text, description text, document text) RETURNS tsvector LANGUAGE sql STABLE AS $$
  select setweight(sandbox_words(title), 'A') || sandbox_words(coalesce(
    (select content from documents where document_id = document), description, ''))
$$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION sandbox_task_audience(task text, owner text, visibility text) RETURNS text[] LANGUAGE sql STABLE AS $$
  select array(
    select owner
    union select user_id from task_contributors where task_id = task
    union select team_id from task_teams where task_id = task and visibility <> 'private'
    union select '*' where visibility <> 'private' and not exists (select 1 from task_teams where task_id = task))
$$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION sandbox_task_written() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  if tg_op = 'INSERT' then
    new.search := sandbox_task_search(new.title, new.description, new.document_id);
    new.audience := case when new.visibility = 'private' then array[new.user_id] else array[new.user_id, '*'] end;
    return new;
  end if;
  if (new.title, new.description, new.document_id) is distinct from (old.title, old.description, old.document_id) then
    new.search := sandbox_task_search(new.title, new.description, new.document_id);
  end if;
  if (new.user_id, new.visibility) is distinct from (old.user_id, old.visibility) then
    new.audience := sandbox_task_audience(new.task_id, new.user_id, new.visibility);
  end if;
  return new;
end
$$;--> statement-breakpoint
CREATE TRIGGER task_written BEFORE INSERT OR UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION sandbox_task_written();--> statement-breakpoint
CREATE OR REPLACE FUNCTION sandbox_task_parts_written() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  update tasks set audience = sandbox_task_audience(task_id, user_id, visibility)
  where task_id in (select task_id from changed)
    and audience is distinct from sandbox_task_audience(task_id, user_id, visibility);
  return null;
end
$$;--> statement-breakpoint
CREATE TRIGGER task_contributors_insert AFTER INSERT ON task_contributors REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sandbox_task_parts_written();--> statement-breakpoint
CREATE TRIGGER task_contributors_update AFTER UPDATE ON task_contributors REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sandbox_task_parts_written();--> statement-breakpoint
CREATE TRIGGER task_contributors_delete AFTER DELETE ON task_contributors REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sandbox_task_parts_written();--> statement-breakpoint
CREATE TRIGGER task_teams_insert AFTER INSERT ON task_teams REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sandbox_task_parts_written();--> statement-breakpoint
CREATE TRIGGER task_teams_update AFTER UPDATE ON task_teams REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sandbox_task_parts_written();--> statement-breakpoint
CREATE TRIGGER task_teams_delete AFTER DELETE ON task_teams REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sandbox_task_parts_written();--> statement-breakpoint
CREATE OR REPLACE FUNCTION sandbox_document_written() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  update tasks set search = sandbox_task_search(title, description, document_id) where document_id = new.document_id;
  return null;
end
$$;--> statement-breakpoint
CREATE TRIGGER document_written AFTER INSERT OR UPDATE OF content ON documents FOR EACH ROW EXECUTE FUNCTION sandbox_document_written();--> statement-breakpoint
UPDATE "tasks" SET "search" = sandbox_task_search(title, description, document_id), "audience" = sandbox_task_audience(task_id, user_id, visibility);--> statement-breakpoint
CREATE INDEX "tasks_search_index" ON "tasks" USING gin ("search");--> statement-breakpoint
CREATE INDEX "tasks_audience_index" ON "tasks" USING gin ("audience");
