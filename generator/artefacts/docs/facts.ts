import type { ApiModel, Operation, SecurityRequirement, SecurityScheme } from "../../model/api-model.js";
import { duration } from "./duration.js";

/** What a caller should know of an operation's behaviour: a word for the subject, and a line of Markdown. */
export interface Fact {
  readonly label: string;
  readonly text: string;
}

const IDEMPOTENT = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "QUERY"]);

export function factsOf(model: ApiModel, operation: Operation): Fact[] {
  return [
    { label: "Credential", text: credentialText(model, operation.security) },
    ...limitFacts(model, operation),
    ...repeatFacts(model, operation),
    ...pageFacts(operation),
    ...cacheFacts(operation),
    ...operation.parameters.flatMap(({ name, clientDefault }) =>
      clientDefault === undefined
        ? []
        : [
            {
              label: "Default",
              text: `\`${name}\` is \`${clientDefault}\` unless the client says otherwise.`,
            },
          ],
    ),
  ];
}

/** Who may call: the alternatives, each with its scopes. */
export function credentialText(model: ApiModel, security: readonly SecurityRequirement[]): string {
  if (security.every((way) => way.length === 0)) return "None: anybody may call it.";
  const ways = security.map((alternative) => {
    if (alternative.length === 0) return "no credential";
    return alternative
      .map(({ scheme, scopes }) => {
        const name = schemeTitle(
          model.securitySchemes.find((it) => it.name === scheme),
          scheme,
        );
        const needed = scopes.map((scope) => `\`${scope}\``).join(", ");
        return needed === "" ? name : `${name} with ${needed}`;
      })
      .join(" and ");
  });
  return `${ways.join(", or ").replace(/^./, (first) => first.toUpperCase())}.`;
}

/** A scheme as a person would call it. */
export function schemeTitle(scheme: SecurityScheme | undefined, name: string): string {
  const key = /key/i.test(name);
  switch (scheme?.kind) {
    case "oauth2":
      return `OAuth access token (\`${name}\`)`;
    case "openIdConnect":
      return `OpenID Connect token (\`${name}\`)`;
    case "basic":
      return `user name and password (\`${name}\`)`;
    case "apiKey":
      return `API key (\`${name}\`)`;
    case "bearer":
      return `${key ? "API key" : "bearer token"} (\`${name}\`)`;
    default:
      return `\`${name}\``;
  }
}

function limitFacts(model: ApiModel, { policies }: Operation): Fact[] {
  const shared = model.policies.rateLimits?.windows ?? [];
  const facts: Fact[] = [];
  if (shared.length > 0) {
    const windows = shared.map(({ limit, windowMs }) => `${limit} in ${duration(windowMs)}`).join(" and ");
    facts.push({
      label: "Rate limit",
      text: policies.cost === 0 ? "Not counted." : `Counts as ${policies.cost} of ${windows}.`,
    });
  }
  for (const { limit, windowMs } of policies.windows)
    facts.push({ label: "Own limit", text: `At most ${limit} calls in ${duration(windowMs)}.` });
  return facts;
}

function repeatFacts(model: ApiModel, { method, policies }: Operation): Fact[] {
  if (policies.retry === false) return [{ label: "Retries", text: "The client never repeats it." }];
  const { statuses, maxAttempts } = policies.retry ?? model.policies.retry;
  const when = `on ${statuses.join(", ")}, ${maxAttempts} attempts at most`;
  if (policies.idempotency) {
    const text = `Safe to repeat with the same \`${policies.idempotency.header}\`. The client sends one, and retries ${when}.`;
    return [{ label: "Retries", text }];
  }
  return [
    {
      label: "Retries",
      text: IDEMPOTENT.has(method)
        ? `Safe to repeat. The client retries ${when}.`
        : "Not safe to repeat. The client repeats it only where the server says that it did nothing.",
    },
  ];
}

function pageFacts({ policies: { pagination } }: Operation): Fact[] {
  if (!pagination) return [];
  const items =
    pagination.items === "" ? "the body itself" : `\`${pagination.items.slice(1).replaceAll("/", ".")}\``;
  const next =
    pagination.next === undefined
      ? ""
      : `, the next page is in \`${pagination.next.slice(1).replaceAll("/", ".")}\``;
  const by =
    pagination.parameter === undefined
      ? "by the `Link` header"
      : `by ${pagination.style} with \`${pagination.parameter}\``;
  return [
    {
      label: "Paging",
      text: `Paged ${by}: items are in ${items}${next}. The client iterates over all of them.`,
    },
  ];
}

function cacheFacts({ policies: { cache } }: Operation): Fact[] {
  if (!cache) return [];
  const validators = cache.etag
    ? " Then the client asks again by `ETag`, and an unchanged answer is a 304."
    : "";
  return [
    { label: "Caching", text: `The client keeps a result for ${duration(cache.freshMs)}.${validators}` },
  ];
}
