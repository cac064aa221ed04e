import type { Webhook } from "../../model/api-model.js";
import { render } from "../templates.js";
import { Imports } from "../typescript/imports.js";
import { propertyName, stringLiteral } from "../typescript/literals.js";
import type { ClientScope } from "./operation-code.js";
import { typeModules, typeNamesIn } from "../typescript/runtime-exports.js";
import { prose, tsdoc } from "../typescript/tsdoc.js";
import { typeText } from "../typescript/type-text.js";

/** `src/webhook-events.ts`: what the API sends for each of its webhooks; nothing for an API that has none. */
export function emitWebhookEvents(scope: ClientScope): string | undefined {
  const { webhooks } = scope.model;
  if (webhooks.length === 0) return undefined;
  const modules = typeModules(scope.names.schemas.values());
  const imports = new Imports();
  const seen = new Set<string>();
  const events = webhooks
    .filter(({ name }) => !seen.has(name) && seen.add(name))
    .map((webhook) => {
      const type = payloadType(webhook, scope);
      for (const name of typeNamesIn(type, modules))
        imports.type((modules.get(name) ?? "").replace("../", "./"), name);
      if (type.startsWith("webhooks[")) imports.type("./schema.js", "webhooks");
      const doc = tsdoc(
        prose(webhook.description ?? webhook.summary ?? `The webhook \`${webhook.name}\`.`),
        "  ",
      );
      return { doc, key: propertyName(webhook.name), type };
    });
  return render("client/src/webhook-events.ts.hbs", {
    header: scope.header,
    imports: imports.toString(),
    events,
  });
}

function payloadType({ name, method, body }: Webhook, scope: ClientScope): string {
  const content = body?.contents.find(({ kind }) => kind === "json") ?? body?.contents[0];
  if (!content?.schema) return "unknown";
  const simple = typeText(content.schema, scope.names);
  if (simple !== undefined) return simple;
  const operation = `webhooks[${stringLiteral(name)}][${stringLiteral(method.toLowerCase())}]`;
  return `${operation}["requestBody"]["content"][${stringLiteral(content.mediaType)}]`;
}
