import type { Callback, Content, Header, Operation, Parameter, Response } from "../../model/api-model.js";
import { parametersIn } from "../../model/call-shape.js";
import { code, escaped, externalLink, jsonOf, plainText } from "./html.js";
import { blocks, codeBlock, inline } from "./markdown.js";
import type { Links } from "./page.js";
import type { SchemaHtml } from "./schema-html.js";
import type { SiteContext } from "./site-context.js";

/** Writes bodies, parameters, headers and responses of one page. */
export class ContentHtml {
  readonly schemas: SchemaHtml;

  constructor(
    readonly site: SiteContext,
    readonly links: Links,
    budget = 180,
  ) {
    this.schemas = site.schemaHtml(links.root);
    this.schemas.begin(budget);
  }

  parameterGroups(operation: Pick<Operation, "parameters" | "policies">): { title: string; rows: string }[] {
    return (["path", "query", "header", "cookie"] as const).flatMap((place) => {
      const list = operation.parameters.filter((it) => it.in === place);
      return list.length === 0
        ? []
        : [{ title: PLACES[place], rows: list.map((it) => this.parameter(it)).join("") }];
    });
  }

  parameter(parameter: Parameter): string {
    const { name, schema, description, required, deprecated, examples, clientDefault } = parameter;
    const remarks = [
      description,
      clientDefault === undefined
        ? undefined
        : `The client sends \`${clientDefault}\` unless told otherwise.`,
      parameter.mediaType === undefined ? undefined : `Written as \`${parameter.mediaType}\`.`,
      parameter.allowReserved ? "Reserved characters are sent as they are." : undefined,
      parameter.allowEmptyValue ? "It may be empty." : undefined,
      STYLES[parameter.style],
    ];
    return this.schemas.row(name, schema, {
      isRequired: required,
      isDeprecated: deprecated,
      description: remarks.filter((text) => text !== undefined && text !== "").join(" "),
      examples,
    });
  }

  header({ name, schema, description, deprecated, required, examples }: Header): string {
    return this.schemas.row(name, schema, {
      isRequired: required,
      isDeprecated: deprecated === true,
      description,
      examples,
    });
  }

  /** The headers of a response, folded where they are many. */
  headers(headers: readonly Header[]): string {
    if (headers.length === 0) return "";
    const names = headers.map(({ name }) => code(name)).join(", ");
    const rows = `<ul class="rows">${headers.map((header) => this.header(header)).join("")}</ul>`;
    return `<details class="headers"><summary>Headers: ${names}</summary>${rows}</details>`;
  }

  /** What a body may be, one media type after another. */
  contents(contents: readonly Content[], options: { readonly examples: boolean }): string {
    return contents.map((content) => this.#content(content, options)).join("");
  }

  #content(
    { mediaType, kind, schema, examples, encoding }: Content,
    options: { readonly examples: boolean },
  ): string {
    const what = kind === "events" ? "a stream of events, each " : "";
    const parts = [
      `<p class="media">${code(mediaType)} <span class="type">${what}${this.schemas.type(schema)}</span></p>`,
      schema === undefined ? "" : this.#describedInside(schema),
      this.#encodings(encoding),
      options.examples ? examplesHtml(examples) : "",
    ];
    return `<div class="content">${parts.join("")}</div>`;
  }

  #describedInside(schema: NonNullable<Content["schema"]>): string {
    const own = typeof schema === "object" && schema.$ref === undefined ? schema : undefined;
    return [
      own?.title ? `<p class="row-title">${escaped(plainText(own.title))}</p>` : "",
      own?.description ? `<div class="row-text">${inline(own.description)}</div>` : "",
      this.schemas.notes(this.site.trees.resolved(schema)),
      this.schemas.inside(schema),
    ].join("");
  }

  #encodings(encoding: Content["encoding"]): string {
    const rows = Object.entries(encoding).map(([name, { contentType, headers = [], style, explode }]) => {
      const said = [
        contentType === undefined ? "" : `sent as ${code(contentType)}`,
        style === undefined ? "" : `in style ${code(style)}`,
        explode === undefined ? "" : explode ? "exploded" : "not exploded",
      ].filter((text) => text !== "");
      return `<li>${code(name)} ${said.join(", ")}${this.headers(headers)}</li>`;
    });
    return rows.length === 0 ? "" : `<ul class="encodings">${rows.join("")}</ul>`;
  }

  /** Error responses; the headers that they share are told once. */
  errorResponses(responses: readonly Response[]): string {
    const headers = new Map(
      responses.flatMap((response) => response.headers.map((it) => [it.name, it] as const)),
    );
    const list = responses.map((response) => {
      const names = response.headers.map(({ name }) => code(name)).join(", ");
      const told = names === "" ? "" : `<p class="dim">Headers: ${names}</p>`;
      return this.response({ ...response, headers: [] }, told);
    });
    const rows = [...headers.values()].map((header) => this.header(header)).join("");
    return (
      list.join("") +
      (rows === ""
        ? ""
        : `<section class="response"><h3>Headers of errors</h3><ul class="rows">${rows}</ul></section>`)
    );
  }

  /** A response in full: what it means, its headers, its body, where it leads. */
  response(response: Response, headersTold?: string): string {
    const { status, summary, description, headers, contents, links = [] } = response;
    return [
      `<section class="response"><h3>${escaped(status)}${summary ? ` ${escaped(plainText(summary))}` : ""}</h3>`,
      `<div class="prose">${blocks(description)}</div>`,
      headersTold ?? this.headers(headers),
      this.contents(contents, { examples: false }),
      ...links.map((link) => this.#link(link)),
      "</section>",
    ].join("");
  }

  #link({
    name,
    description,
    operation,
    parameters,
    requestBody,
    server,
  }: NonNullable<Response["links"]>[number]): string {
    const { model, map } = this.site;
    const target = model.operations.find(({ id }) => id === operation);
    const leads = target
      ? `<a href="${this.links.html(map.path("operation", target.id))}">${escaped(target.summary ?? target.id)}</a>`
      : code(operation ?? "another operation");
    const given = Object.entries(parameters).map(
      ([key, value]) => `${code(key)} from ${code(textOfValue(value))}`,
    );
    if (requestBody !== undefined) given.push(`the body from ${code(textOfValue(requestBody))}`);
    const where = server === undefined ? "" : ` at ${code(server)}`;
    return `<div class="link-out"><p>Link ${code(name)}: leads to ${leads}${where}${given.length > 0 ? `, with ${given.join(", ")}` : ""}.</p>${blocks(description)}</div>`;
  }

  callback(callback: Callback): string {
    const { name, expression, method, summary, description, parameters, body, responses } = callback;
    const rows = parameters.map((it) => this.parameter(it)).join("");
    return [
      `<section class="callback"><h3>${escaped(plainText(summary ?? name))}</h3>`,
      `<p class="endpoint"><span class="method ${method.toLowerCase()}">${method}</span> ${code(expression)} <span class="type">${escaped(plainText(name))}</span></p>`,
      blocks(description),
      rows === "" ? "" : `<ul class="rows">${rows}</ul>`,
      body ? blocks(body.description) + this.contents(body.contents, { examples: true }) : "",
      ...responses.map((response) => this.response(response)),
      "</section>",
    ].join("");
  }

  externalDocs(documents: { readonly url: string; readonly description?: string } | undefined): string {
    if (!documents) return "";
    return `<p>${externalLink(documents.url, documents.description ?? documents.url)}</p>`;
  }
}

const PLACES = { path: "Path", query: "Query", header: "Headers", cookie: "Cookies" } as const;
const STYLES: Readonly<Record<string, string>> = {
  deepObject: "Members are written as `name[member]=value`.",
  spaceDelimited: "Values are separated by spaces.",
  pipeDelimited: "Values are separated by `|`.",
  label: "Written with a dot before it.",
  matrix: "Written as `;name=value`.",
};

/** The examples of a body, each with its name. */
export function examplesHtml(examples: Content["examples"]): string {
  return examples
    .map(({ name, summary, description, value, serialized, externalValue }) => {
      const text = serialized ?? (typeof value === "string" ? value : prettyJson(value));
      const shown =
        externalValue === undefined
          ? codeBlock(text, typeof value === "string" || serialized !== undefined ? "text" : "json")
          : `<p>${externalLink(externalValue)}</p>`;
      const title = escaped(plainText(summary ?? (name === "example" ? "Example" : name)));
      return `<div class="example"><p class="label">${title}</p>${inline(description)}${shown}</div>`;
    })
    .join("");
}

export function prettyJson(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? "null";
}

function textOfValue(value: unknown): string {
  return typeof value === "string" ? value : jsonOf(value);
}

/** Parameters without the header that the client sends by itself, for the shorter form of a page. */
export function givenParameters(operation: Operation): Parameter[] {
  return (["path", "query", "header", "cookie"] as const).flatMap((place) => [
    ...parametersIn(operation, place),
  ]);
}
