ALTER TABLE "events" ADD COLUMN "is_public" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "team_ids" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "user_ids" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "task_id" text;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "user_id" text;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "scopes" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
UPDATE "webhooks" SET "user_id" = "created_by", "scopes" = '{tasks:read,comments:read,teams:read,taxonomy:read,documents:read,records:read,agents:read}';
