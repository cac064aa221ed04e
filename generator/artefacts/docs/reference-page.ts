import type {
  ApiModel,
  Content,
  ErrorCode,
  Operation,
  Response,
  SecurityRequirement,
  Webhook,
} from "../../model/api-model.js";
import { wordsOf } from "../../model/words.js";
import type { EmitOptions } from "../../kit/emitter.js";
import { parametersIn } from "../../model/call-shape.js";
import { anchor } from "./anchors.js";
import { duration } from "./duration.js";
import { blocks, escaped, inline } from "./markdown.js";
import { samplesOf } from "./samples.js";
import { SchemaRows, typeLabel } from "./schema-rows.js";

/** Everything that the reference page shows, ready for its template. */
export function referencePage(model: ApiModel, options: EmitOptions): object {
  const page = new PageParts(model, options);
  return {
    title: model.title,
    version: model.version,
    description: blocks(model.description ?? model.summary),
    servers: model.servers,
    limits: page.limits(),
    credentials: model.securitySchemes.map(({ name, kind, description }) => ({
      name,
      kind,
      description: blocks(description),
    })),
    sections: page.sections(),
    errors: model.errorCodes.map((code) => page.errorCode(code)),
    webhooks: model.webhooks.map((webhook) => page.webhook(webhook)),
    schemas: model.schemas.map(({ name, schema }) => ({
      anchor: anchor("schema", name),
      name,
      type: typeLabel(schema),
      description: blocks(typeof schema === "object" ? schema.description : undefined),
      rows: page.rows.of(schema),
    })),
  };
}

class PageParts {
  readonly rows: SchemaRows;
  readonly #catalogue: ReadonlyMap<string, ErrorCode>;

  constructor(
    readonly model: ApiModel,
    readonly options: EmitOptions,
  ) {
    this.rows = new SchemaRows(model.schemas);
    this.#catalogue = new Map(model.errorCodes.map((code) => [code.code, code]));
  }

  limits(): object[] {
    const windows = this.model.policies.rateLimits?.windows ?? [];
    return windows.map(({ name, limit, windowMs }) => ({
      name,
      limit: String(limit),
      window: duration(windowMs),
    }));
  }

  /** Operations by tag, in the order in which the spec declares tags, and then by first use. */
  sections(): object[] {
    const sections = new Map<string, { description?: string | undefined; operations: Operation[] }>();
    for (const { name, description } of this.model.tags) sections.set(name, { description, operations: [] });
    for (const operation of this.model.operations) {
      const name = operation.tags[0] ?? capitalized(operation.resource);
      const section = sections.get(name) ?? { operations: [] };
      sections.set(name, section);
      section.operations.push(operation);
    }
    return [...sections]
      .filter(([, { operations }]) => operations.length > 0)
      .map(([name, { description, operations }]) => ({
        name,
        anchor: anchor("tag", name),
        description: blocks(description),
        operations: operations.map((operation) => this.#operation(operation)),
      }));
  }

  errorCode({ code, status, title, description, remedy }: ErrorCode): object {
    return {
      anchor: anchor("error", code),
      code,
      status: String(status),
      title,
      description: inline(description),
      remedy: inline(remedy),
    };
  }

  webhook({ name, description, summary, body }: Webhook): object {
    return {
      anchor: anchor("webhook", name),
      name,
      description: blocks(description ?? summary),
      contents: (body?.contents ?? []).map((content) => this.#content(content)),
    };
  }

  #operation(operation: Operation): object {
    const summary = operation.summary ?? operation.id;
    return {
      anchor: anchor("operation", operation.id),
      id: operation.id,
      summary,
      method: operation.method,
      methodClass: operation.method.toLowerCase(),
      path: operation.path,
      isDeprecated: operation.deprecated,
      description: operation.description === operation.summary ? "" : blocks(operation.description),
      facts: this.#facts(operation),
      parameters: (["path", "query", "header", "cookie"] as const).flatMap((place) =>
        parametersIn(operation, place).map((parameter) => ({
          name: parameter.name,
          place,
          type: typeLabel(parameter.schema),
          isRequired: parameter.required && parameter.clientDefault === undefined,
          description: inline(parameter.description),
        })),
      ),
      body: (operation.body?.contents ?? []).map((content) => this.#content(content)),
      responses: operation.responses.map((response) => this.#response(response)),
      samples: samplesOf(this.model, operation, this.options.packageName),
    };
  }

  /** What a caller should know of an operation's behaviour, each in a line of HTML. */
  #facts({ security, policies, parameters }: Operation): string[] {
    const facts = [securityFact(security)];
    if (this.limits().length > 0) {
      facts.push(
        policies.cost === 0
          ? "Not counted against the rate limits"
          : `Costs ${policies.cost} of each rate limit`,
      );
    }
    for (const { limit, windowMs } of policies.windows)
      facts.push(`At most ${limit} calls in ${duration(windowMs)}`);
    if (policies.idempotency)
      facts.push(`Safe to repeat with <code>${escaped(policies.idempotency.header)}</code>`);
    if (policies.retry === false) facts.push("Never repeated by the client");
    if (policies.pagination) facts.push(`Paged by ${policies.pagination.style}`);
    if (policies.cache) facts.push(`Fresh for ${duration(policies.cache.freshMs)}`);
    for (const { name, clientDefault } of parameters) {
      if (clientDefault === undefined) continue;
      facts.push(
        `<code>${escaped(name)}</code> is <code>${escaped(clientDefault)}</code> unless the client says otherwise`,
      );
    }
    return facts;
  }

  #content({ mediaType, schema, examples }: Content): object {
    return {
      mediaType,
      type: typeLabel(schema),
      rows: this.rows.of(schema),
      examples: examples.slice(0, 3).map(({ name, summary, value }) => ({
        name: summary ?? name,
        text: typeof value === "string" ? value : JSON.stringify(value, null, 2),
      })),
    };
  }

  #response({ status, description, contents, errorCodes, headers }: Response): object {
    return {
      status,
      statusClass: `s${status.charAt(0)}`,
      description: inline(description),
      headers: headers.map(({ name, description: text }) => ({ name, description: inline(text) })),
      codes: errorCodes.map((code) => {
        const { title, remedy } = this.#catalogue.get(code) ?? {};
        return { code, anchor: anchor("error", code), title: title ?? "", remedy: inline(remedy) };
      }),
      contents: contents.map((content) => this.#content(content)),
    };
  }
}

function securityFact(security: readonly SecurityRequirement[]): string {
  const ways = security.map((alternative) =>
    alternative.map(({ scheme, scopes }) => {
      const needed = scopes.map((scope) => `<code>${escaped(scope)}</code>`).join(", ");
      return `${escaped(scheme)}${needed === "" ? "" : ` (${needed})`}`;
    }),
  );
  if (ways.length === 0 || ways.some((way) => way.length === 0)) return "No credential needed";
  return `Credential: ${ways.map((way) => way.join(" and ")).join(", or ")}`;
}

function capitalized(resource: readonly string[]): string {
  const text = resource.flatMap(wordsOf).join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
