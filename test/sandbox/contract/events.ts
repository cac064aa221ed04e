import { readFileSync } from "node:fs";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

import type { Db } from "../../../sandbox/src/database/open.js";
import { events } from "../../../sandbox/src/database/schema.js";
import { bodyOf } from "../../../sandbox/src/deliveries/message.js";

/** What connected tools cause, of which this sandbox has none. */
const FROM_TOOLS = ["issue.updated", "meeting.created", "summary.created"];

/** Holds all events that were sent against the spec; tells those that do not fit, and the types that never came. */
export async function eventFaults(db: Db): Promise<{ wrong: string[]; missing: string[] }> {
  const fits = validators();
  const seen = new Set(FROM_TOOLS);
  const wrong: string[] = [];
  for (const event of await db.select().from(events)) {
    seen.add(event.type);
    const validate = fits.get(event.type);
    if (validate?.(JSON.parse(bodyOf(event, "https://api.workspace.example"))) === true) continue;
    wrong.push(`${event.type}: ${JSON.stringify(validate?.errors)}`);
  }
  return { wrong, missing: [...fits.keys()].filter((type) => !seen.has(type)) };
}

function validators(): Map<string, ValidateFunction> {
  const spec = JSON.parse(readFileSync("generated/docs/openapi.json", "utf8"));
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema(spec, "spec");
  return new Map(
    Object.keys(spec.webhooks).map((type) => {
      const { schema } = spec.webhooks[type].post.requestBody.content["application/cloudevents+json"];
      return [type, ajv.compile({ $ref: `spec${schema.$ref}` })];
    }),
  );
}
