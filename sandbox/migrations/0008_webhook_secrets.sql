ALTER TABLE "webhooks" ADD COLUMN "signing_secret" text;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "payload_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
UPDATE "webhooks" SET "signing_secret" = "verification_key";--> statement-breakpoint
ALTER TABLE "webhooks" ALTER COLUMN "signing_secret" SET NOT NULL;
