import { visitSchema, nameOf } from "../../model/schema-walk.js";
import type { Operation } from "../../model/api-model.js";
import type { Schema } from "../../model/schema.js";
import { authenticationPage, guidePage, limitsPage, overviewPage } from "./general-pages.js";
import { textOf } from "./markdown.js";
import { operationPage } from "./operation-page.js";
import type { Page } from "./page.js";
import {
  errorIndexPage,
  errorPage,
  eventPage,
  headersPage,
  indexPage,
  schemaPage,
  sectionPage,
} from "./reference-pages.js";
import type { SiteContext } from "./site-context.js";

/** All pages of the site, in the order in which a reader goes through them. */
export function sitePages(site: SiteContext): Page[] {
  const { model, map } = site;
  const users = usersOf(model.operations);
  const pages: (Page | undefined)[] = [
    overviewPage(site),
    ...site.guides.map((guide) => guidePage(site, guide)),
    authenticationPage(site),
    model.operations.length > 0 ? limitsPage(site) : undefined,
    ...site.sections.flatMap((section) => [
      sectionPage(site, section),
      ...section.operations.map((operation) => operationPage(site, operation, section)),
    ]),
    model.errorCodes.length > 0 ? errorIndexPage(site) : undefined,
    ...model.errorCodes.map((entry) => errorPage(site, entry)),
    model.webhooks.length > 0
      ? indexPage(
          "events/index",
          "Events",
          "The calls that the API makes to its users.",
          "events",
          model.webhooks.map(({ name, summary, description }) => {
            return { name, path: map.path("event", name), text: textOf(summary ?? description, 90) };
          }),
        )
      : undefined,
    ...model.webhooks.map((webhook) => eventPage(site, webhook)),
    headersPage(site),
    model.schemas.length > 0
      ? indexPage(
          "schemas/index",
          "Schemas",
          "Every named schema of the API.",
          "schemas",
          model.schemas.map(({ name, schema }) => {
            const description = typeof schema === "object" ? schema.description : undefined;
            return { name, path: map.path("schema", name), text: textOf(description, 90) };
          }),
        )
      : undefined,
    ...model.schemas.map((schema) => schemaPage(site, schema, users.get(schema.name) ?? [])),
  ];
  return pages.filter((page) => page !== undefined);
}

/** The operations that name a schema themselves, by the schema's name. */
function usersOf(operations: readonly Operation[]): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const operation of operations) {
    const schemas: (Schema | undefined)[] = [
      ...operation.parameters.map(({ schema }) => schema),
      ...(operation.body?.contents ?? []).map(({ schema }) => schema),
      ...operation.responses
        .filter(({ status }) => /^[123]/.test(status))
        .flatMap(({ contents }) => contents.map(({ schema }) => schema)),
    ];
    const names = new Set<string>();
    for (const schema of schemas) {
      if (schema === undefined) continue;
      visitSchema(schema, ({ $ref }) => {
        if ($ref !== undefined) names.add(nameOf($ref));
      });
    }
    for (const name of names) users.set(name, [...(users.get(name) ?? []), operation.id]);
  }
  return users;
}
