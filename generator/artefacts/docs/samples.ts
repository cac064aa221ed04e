import type { ApiModel, Content, Operation, Parameter } from "../../model/api-model.js";
import { pascalCase, wordsOf } from "../../model/words.js";
import { callShapeOf } from "../../model/call-shape.js";
import { propertyName } from "../../kit/typescript/literals.js";
import { formPairs, sampleRequest, type SampleRequest } from "./sample-request.js";
import { Bytes, SampleValues } from "./sample-values.js";

/** A call of an operation, written out. */
export interface Sample {
  /** As a person calls it: `curl`, `TypeScript`. */
  readonly label: string;
  /** For colours: `sh`, `ts`. */
  readonly language: string;
  readonly text: string;
}

/** What samples call the client and the variables that hold its address and credentials. */
export interface SampleNames {
  readonly packageName: string;
  readonly client: string;
  /** `ACME` of `ACME_API_KEY`. */
  readonly prefix: string;
  readonly variable: string;
}

const RESERVED =
  /^(default|new|delete|import|export|function|class|this|super|package|public|console|process|result|item)$/;

export function sampleNames(client: string, packageName: string): SampleNames {
  const words = wordsOf(client.replace(/^_/, "").replace(/Client$/, ""));
  const variable = pascalCase(words).replace(/^./, (first) => first.toLowerCase());
  return {
    packageName,
    client,
    prefix: words.join("_").toUpperCase() || "API",
    variable: /^[a-z_$][\w$]*$/i.test(variable) && !RESERVED.test(variable) ? variable : "client",
  };
}

/** Writes samples of all operations of an API. */
export class SampleWriter {
  readonly #values: SampleValues;

  constructor(
    readonly model: ApiModel,
    readonly own: SampleNames,
  ) {
    this.#values = new SampleValues(model);
  }

  request(operation: Operation): SampleRequest {
    return sampleRequest(this.model, operation, this.#values);
  }

  /** What a response may look like, where the spec gives no example. */
  response(content: Content): unknown {
    return this.#values.ofContent(content);
  }

  of(operation: Operation): Sample[] {
    return [
      { label: "curl", language: "sh", text: this.curl(operation) },
      { label: "TypeScript", language: "ts", text: this.typescript(operation) },
      ...(operation.codeSamples ?? []).map(({ lang, label, source: text }) => {
        return { label: label ?? lang, language: lang.toLowerCase(), text: text.trimEnd() };
      }),
    ];
  }

  curl(operation: Operation): string {
    const request = this.request(operation);
    const { method, path, query, headers, content, body, server } = request;
    const search = query
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join("&");
    const base = server === undefined ? `$${this.own.prefix}_BASE_URL` : server;
    const address = `${base}${path}${search === "" ? "" : `?${search}`}`;
    const verb = method === "GET" ? "" : method === "HEAD" ? "--head " : `-X ${method} `;
    return [
      `curl -s ${verb}"${address}"`,
      ...this.#credentialFlags(request),
      ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
      ...(content ? bodyFlags(content.kind, content.mediaType, body) : []),
    ].join(" \\\n  ");
  }

  #credentialFlags({ scheme }: SampleRequest): string[] {
    if (!scheme) return [];
    const variable = `$${this.own.prefix}_${credentialName(scheme.kind)}`;
    if (scheme.kind === "basic") return [`-u "$${this.own.prefix}_USERNAME:$${this.own.prefix}_PASSWORD"`];
    if (scheme.kind !== "apiKey") {
      const word = scheme.kind === "other" && scheme.scheme ? scheme.scheme : "Bearer";
      return [`-H "Authorization: ${word} ${variable}"`];
    }
    if (scheme.in === "cookie") return [`-b "${scheme.parameterName ?? ""}=${variable}"`];
    return scheme.in === "header"
      ? [`-H "${scheme.parameterName ?? ""}: ${variable}"`]
      : [`-G -d "${scheme.parameterName ?? ""}=${variable}"`];
  }

  typescript(operation: Operation): string {
    const { own } = this;
    const call = this.call(operation);
    const hasResult = operation.responses.some(
      ({ status, contents }) => /^[2d]/.test(status) && contents.length > 0,
    );
    return [
      `import { ${own.client} } from "${own.packageName}";`,
      "",
      `const ${own.variable} = new ${own.client}(${this.#clientOptions(operation)});`,
      "",
      operation.policies.pagination
        ? `for await (const item of ${call}) console.log(item);`
        : hasResult
          ? `const result = await ${call};\nconsole.log(result);`
          : `await ${call};`,
    ].join("\n");
  }

  /** `client.things.create({ … })` */
  call(operation: Operation): string {
    const { path, argument, query, headers, cookies, body } = callShapeOf(operation);
    const content = body?.contents[0];
    const given = {
      query: this.#needed(query),
      body: content ? this.#values.ofContent(content) : undefined,
    };
    const object = argument === "query" ? given.query : given.body;
    const options = withoutUndefined({
      ...(argument === "query" ? { body: given.body } : { query: given.query }),
      headers: this.#needed(headers),
      cookies: this.#needed(cookies),
    });
    const list = [...path.map(({ parameter }) => this.#values.ofParameter(parameter)), object, options];
    while (list.length > 0 && list.at(-1) === undefined) list.pop();
    const name = [this.own.variable, ...operation.resource, operation.methodName].join(".");
    return `${name}(${list.map((value) => source(value)).join(", ")})`;
  }

  /** Values of the parameters that must be given; `undefined` where none must. */
  #needed(parameters: readonly Parameter[]): object | undefined {
    const needed = parameters.filter(
      ({ required, clientDefault }) => required && clientDefault === undefined,
    );
    if (needed.length === 0) return undefined;
    return Object.fromEntries(needed.map((it) => [it.name, this.#values.ofParameter(it)]));
  }

  #clientOptions(operation: Operation): string {
    const { scheme } = this.request(operation);
    const variable = (name: string): string => `process.env.${this.own.prefix}_${name}`;
    const lines = operation.server === undefined ? [`baseUrl: ${variable("BASE_URL")}`] : [];
    if (scheme?.kind === "oauth2" || scheme?.kind === "openIdConnect")
      lines.unshift(`auth: ${variable("ACCESS_TOKEN")}`);
    else if (scheme?.kind === "basic")
      lines.unshift(
        `auth: { ${propertyName(scheme.name)}: { username: ${variable("USERNAME")} ?? "", password: ${variable("PASSWORD")} ?? "" } }`,
      );
    else if (scheme) lines.unshift(`apiKey: ${variable("API_KEY")}`);
    return lines.length === 0 ? "" : `{\n${lines.map((line) => `  ${line},\n`).join("")}}`;
  }
}

/** The members that are there; `undefined` for none. */
function withoutUndefined(value: object): object | undefined {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function credentialName(kind: string): string {
  return kind === "oauth2" || kind === "openIdConnect" ? "ACCESS_TOKEN" : "API_KEY";
}

function bodyFlags(kind: string, mediaType: string, body: unknown): string[] {
  const header = `-H ${quoted(`Content-Type: ${mediaType}`)}`;
  if (kind === "json") return [header, `-d ${quoted(JSON.stringify(body, null, 2) ?? "null")}`];
  if (kind === "form") {
    return formPairs(body).map(([name, value]) => `--data-urlencode ${quoted(`${name}=${String(value)}`)}`);
  }
  if (kind === "multipart") {
    return formPairs(body).map(([name, value]) =>
      value instanceof Bytes
        ? `-F ${quoted(`${name}=@${value.fileName}`)}`
        : `-F ${quoted(`${name}=${value}`)}`,
    );
  }
  if (body instanceof Bytes) return [header, `--data-binary @${body.fileName}`];
  return [header, `--data-binary ${quoted(typeof body === "string" ? body : JSON.stringify(body))}`];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const LINE = 64;

/** A value as a person would write it in TypeScript. */
export function source(value: unknown, indent = ""): string {
  if (value instanceof Bytes) return `new Blob(["…"])`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => source(item, inner))
    : Object.entries(value).map(([key, item]) => `${propertyName(key)}: ${source(item, inner)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return open + close;
  const pad = Array.isArray(value) ? "" : " ";
  const line = `${open}${pad}${parts.join(", ")}${pad}${close}`;
  if (line.length + indent.length <= LINE && !line.includes("\n")) return line;
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close}`;
}
