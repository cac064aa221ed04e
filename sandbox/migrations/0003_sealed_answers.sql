-- What is kept unsealed is forgotten.
DELETE FROM "idempotency_records";--> statement-breakpoint
ALTER TABLE "idempotency_records" ALTER COLUMN "status" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "oauth_tokens" ADD COLUMN "sealed_secret" text;--> statement-breakpoint
ALTER TABLE "files" ADD COLUMN "deleted_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "oauth_codes_grant_id_index" ON "oauth_codes" USING btree ("grant_id");--> statement-breakpoint
ALTER TABLE "idempotency_records" DROP COLUMN "headers";--> statement-breakpoint
ALTER TABLE "idempotency_records" DROP COLUMN "body";--> statement-breakpoint
ALTER TABLE "idempotency_records" ADD COLUMN "sealed" text;