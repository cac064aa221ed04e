DROP INDEX "tasks_search_index";--> statement-breakpoint
CREATE INDEX "tasks_document_id_index" ON "tasks" USING btree ("document_id");