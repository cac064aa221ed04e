import { nameOf } from "../../model/schema-walk.js";
import type { Schema } from "../../model/schema.js";
import { render } from "../../kit/templates.js";
import { importStatements } from "../../kit/typescript/code.js";
import { propertyName, stringLiteral } from "../../kit/typescript/literals.js";
import type { ClientScope } from "./operation-code.js";
import { prose, tsdoc } from "../../kit/typescript/tsdoc.js";

/** `src/webhook-events.ts`: what the API sends for each of its webhooks; nothing for an API that has none. */
export function emitWebhookEvents(scope: ClientScope): string | undefined {
  const { webhooks } = scope.model;
  if (webhooks.length === 0) return undefined;
  const seen = new Set<string>();
  const events = webhooks
    .filter(({ name }) => !seen.has(name) && seen.add(name))
    .map(({ name, description, summary, body }) => {
      const content = body?.contents.find(({ kind }) => kind === "json") ?? body?.contents[0];
      const doc = tsdoc(prose(description ?? summary), "  ");
      return { doc, key: propertyName(name), type: scope.printer.of(content?.schema ?? true) };
    });
  return render("client/src/webhook-events.ts.hbs", {
    header: scope.header,
    imports: importStatements("./webhook-events.ts", events),
    events,
  });
}

/**
 * `src/webhooks.ts`: what receives webhooks. Only for APIs whose payloads tell by a member which webhook they are.
 */
export function emitWebhooks(scope: ClientScope): string | undefined {
  const nameMember = nameMemberOf(scope);
  if (nameMember === undefined) return undefined;
  const names = new Set(
    scope.model.webhooks.flatMap(({ security }) => security.flat().map(({ scheme }) => scheme)),
  );
  const key = scope.model.securitySchemes.find(
    ({ name, kind, in: place }) => names.has(name) && kind === "apiKey" && place === "header",
  );
  const keyHeader = key?.parameterName;
  return render("client/src/webhooks.ts.hbs", {
    header: scope.header,
    nameMember: stringLiteral(nameMember),
    optionsText:
      keyHeader === undefined ? "options" : `{ keyHeader: ${stringLiteral(keyHeader)}, ...options }`,
  });
}

/** The member that holds the webhook's name as a constant, in all payloads alike. */
function nameMemberOf({ model, index: { schemas } }: ClientScope): string | undefined {
  const candidates = model.webhooks.map(({ name, body }) => {
    const schema = body?.contents.find(({ kind }) => kind === "json")?.schema;
    return schema === undefined ? [] : membersWithValue(schema, name, schemas);
  });
  return candidates[0]?.find((member) => candidates.every((members) => members.includes(member)));
}

function membersWithValue(
  schema: Schema,
  value: string,
  schemas: ReadonlyMap<string, Schema>,
  depth = 0,
): string[] {
  if (typeof schema === "boolean" || depth > 5) return [];
  if (schema.$ref !== undefined)
    return membersWithValue(schemas.get(nameOf(schema.$ref)) ?? true, value, schemas, depth + 1);
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const values = typeof member === "object" ? (member.enum ?? [member.const]) : [];
    return values.length === 1 && values[0] === value ? [name] : [];
  });
  return [
    ...own,
    ...(schema.allOf ?? []).flatMap((part) => membersWithValue(part, value, schemas, depth + 1)),
  ];
}
