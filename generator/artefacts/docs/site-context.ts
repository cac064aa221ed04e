import type { ApiModel, ErrorCode, Operation } from "../../model/api-model.js";
import { clientName } from "../../model/public-names.js";
import { wordsOf } from "../../model/words.js";
import type { Guide } from "./guide.js";
import { SampleWriter, sampleNames, type SampleNames } from "./samples.js";
import { SchemaHtml } from "./schema-html.js";
import { SchemaTrees } from "./schema-tree.js";
import { SiteMap } from "./site-map.js";

/** A group of operations: a tag, or a resource where a spec has no tags. */
export interface Section {
  readonly name: string;
  readonly title: string;
  readonly description: string | undefined;
  /** How many sections it stands below. */
  readonly depth: number;
  readonly operations: readonly Operation[];
}

/** A response as it came from a server when the sample of an operation was sent. */
export interface RecordedResponse {
  readonly status: number;
  readonly body?: unknown;
}

/** What all pages are made of. */
export interface SiteContext {
  readonly model: ApiModel;
  readonly sections: readonly Section[];
  readonly guides: readonly Guide[];
  readonly map: SiteMap;
  readonly trees: SchemaTrees;
  readonly samples: SampleWriter;
  readonly sampleNames: SampleNames;
  readonly catalogue: ReadonlyMap<string, ErrorCode>;
  /** Codes that nearly every operation can fail with. */
  readonly commonCodes: ReadonlySet<string>;
  /** Operations by the error code that they can fail with. */
  readonly failing: ReadonlyMap<string, readonly Operation[]>;
  readonly recorded: Readonly<Record<string, RecordedResponse>>;
  /** Writes schemas on pages at the same depth of folders, whose links are the same. */
  schemaHtml(root: string): SchemaHtml;
  /** Renders a template of the docs. */
  render(template: string, view: object): string;
}

interface SiteInputs extends Pick<SiteContext, "model" | "guides" | "recorded" | "render"> {
  readonly packageName: string;
}

export function siteContext({ model, packageName, guides, recorded, render }: SiteInputs): SiteContext {
  const sections = sectionsOf(model);
  const map = new SiteMap(
    model,
    sections.map(({ name }) => name),
    guides,
  );
  const trees = new SchemaTrees(model.schemas);
  const writers = new Map<string, SchemaHtml>();
  const own = sampleNames(clientName(packageName, model.schemas), packageName);
  const failing = new Map<string, Operation[]>();
  for (const operation of model.operations) {
    for (const code of new Set(operation.responses.flatMap(({ errorCodes }) => errorCodes)))
      failing.set(code, [...(failing.get(code) ?? []), operation]);
  }
  const common = [...failing].filter(([, users]) => users.length >= model.operations.length * 0.75);
  return {
    schemaHtml: (root) => {
      const known =
        writers.get(root) ?? new SchemaHtml(trees, (name) => `${root}${map.path("schema", name)}.html`);
      writers.set(root, known);
      return known;
    },
    model,
    sections,
    guides,
    map,
    trees,
    samples: new SampleWriter(model, own),
    sampleNames: own,
    catalogue: new Map(model.errorCodes.map((code) => [code.code, code])),
    commonCodes: new Set(common.map(([code]) => code)),
    failing,
    recorded,
    render,
  };
}

/** Operations by tag, in the order in which the spec declares tags, children below their parents, then by first use. */
function sectionsOf(model: ApiModel): Section[] {
  const operations = new Map<string, Operation[]>();
  for (const { name } of inTreeOrder(model)) operations.set(name, []);
  for (const operation of model.operations) {
    const name = operation.tags[0] ?? titleOf(operation.resource);
    operations.set(name, [...(operations.get(name) ?? []), operation]);
  }
  const tags = new Map(model.tags.map((tag) => [tag.name, tag]));
  const parents = new Set(model.tags.flatMap(({ parent }) => parent ?? []));
  const depthOf = (name: string, steps = 0): number => {
    const parent = tags.get(name)?.parent;
    return parent === undefined || steps > 5 ? 0 : 1 + depthOf(parent, steps + 1);
  };
  return [...operations]
    .filter(([name, list]) => list.length > 0 || parents.has(name) || isDescribed(model, name))
    .map(([name, list]) => ({
      name,
      title: tags.get(name)?.summary ?? (/[A-Z ]/.test(name) ? name : titleOf([name])),
      description: tags.get(name)?.description,
      depth: depthOf(name),
      operations: list,
    }));
}

/** A tag without operations is worth a page where the spec has something to say of it, but not for webhooks' tags. */
function isDescribed(model: ApiModel, name: string): boolean {
  const tag = model.tags.find((it) => it.name === name);
  const isOfWebhooks = model.webhooks.some(({ tags }) => tags?.includes(name));
  return tag !== undefined && !isOfWebhooks && (tag.description ?? tag.externalDocs) !== undefined;
}

function inTreeOrder({ tags }: ApiModel): ApiModel["tags"] {
  if (tags.every(({ parent }) => parent === undefined)) return tags;
  const known = new Set(tags.map(({ name }) => name));
  const seen = new Set<string>();
  const below = (parent: string | undefined): ApiModel["tags"] =>
    tags
      .filter(
        (tag) => (tag.parent !== undefined && known.has(tag.parent) ? tag.parent : undefined) === parent,
      )
      .flatMap((tag) => {
        if (seen.has(tag.name)) return [];
        seen.add(tag.name);
        return [tag, ...below(tag.name)];
      });
  return [...below(undefined), ...tags.filter(({ name }) => !seen.has(name))];
}

function titleOf(resource: readonly string[]): string {
  const text = resource.flatMap(wordsOf).join(" ");
  return text === "" ? "API" : text.charAt(0).toUpperCase() + text.slice(1);
}
