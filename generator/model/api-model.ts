/**
 * The API model: one API, described once, as plain data. Everything that is generated is derived from it.
 *
 * It is serialisable, free of `$ref`s but for references to {@link NamedSchema}s by name, and speaks one dialect
 * (JSON Schema 2020-12) whatever the spec was written in. All times are milliseconds. Order is the spec's order.
 */
import type { CodeSample, Extensions, ExternalDocs, Link } from "./annotations.js";
import type { ApiPolicies, OperationPolicies } from "./policies.js";
import type { Schema } from "./schema.js";

/** A whole API. */
export interface ApiModel {
  /** The version of the model's own form: it changes when a member changes its meaning or goes away. */
  readonly modelVersion: 1;
  readonly title: string;
  readonly version: string;
  readonly summary?: string;
  /** Markdown. */
  readonly description?: string;
  readonly license?: string;
  readonly licenseUrl?: string;
  readonly termsOfService?: string;
  readonly contact?: Contact;
  readonly externalDocs?: ExternalDocs;
  readonly extensions?: Extensions;
  readonly servers: readonly Server[];
  readonly tags: readonly Tag[];
  readonly securitySchemes: readonly SecurityScheme[];
  /** The tree of resources in the client, flattened; parents come before their children. */
  readonly resources: readonly Resource[];
  readonly operations: readonly Operation[];
  readonly schemas: readonly NamedSchema[];
  /** The catalogue of `x-error-codes`. */
  readonly errorCodes: readonly ErrorCode[];
  readonly webhooks: readonly Webhook[];
  readonly policies: ApiPolicies;
  /** Client-wide parameter defaults (`x-client-default`). */
  readonly clientDefaults: readonly ClientDefault[];
}

/** Whom to ask about the API. */
export interface Contact {
  readonly name?: string;
  readonly url?: string;
  readonly email?: string;
}

/** A base URL of the API; variables are already replaced by their defaults. */
export interface Server {
  readonly url: string;
  readonly name?: string;
  readonly description?: string;
  /** The URL with its variables, `https://{region}.example.com`; only where it has some. */
  readonly template?: string;
  readonly variables?: readonly ServerVariable[];
}

/** A part of a server's URL that callers choose. */
export interface ServerVariable {
  readonly name: string;
  readonly default: string;
  readonly enum?: readonly string[];
  readonly description?: string;
}

/** A group of operations in the docs. */
export interface Tag {
  readonly name: string;
  readonly summary?: string;
  readonly description?: string;
  /** The tag that it stands below (OpenAPI 3.2). */
  readonly parent?: string;
  /** What sort of tag it is, such as `nav` (OpenAPI 3.2). */
  readonly kind?: string;
  readonly externalDocs?: ExternalDocs;
  readonly extensions?: Extensions;
}

/** A way to authenticate, by its name in `components.securitySchemes`. */
export interface SecurityScheme {
  readonly name: string;
  readonly kind: "bearer" | "basic" | "http" | "apiKey" | "oauth2" | "openIdConnect" | "other";
  readonly description?: string;
  readonly deprecated?: boolean;
  /** The name of an HTTP scheme, as in `Digest`. */
  readonly scheme?: string;
  /** How a bearer token is made, as in `JWT`. */
  readonly bearerFormat?: string;
  /** Where an OpenID provider describes itself. */
  readonly openIdConnectUrl?: string;
  /** Where an OAuth 2.0 server describes itself (RFC 8414). */
  readonly oauth2MetadataUrl?: string;
  readonly extensions?: Extensions;
  /** Where an `apiKey` travels. */
  readonly in?: "header" | "query" | "cookie";
  /** The header, query parameter or cookie that carries an `apiKey`. */
  readonly parameterName?: string;
  /** Only for `oauth2`. */
  readonly flows?: readonly OAuthFlow[];
}

/** One OAuth 2.0 flow (RFC 6749). */
export interface OAuthFlow {
  readonly grant: "authorizationCode" | "clientCredentials" | "implicit" | "password" | "deviceAuthorization";
  readonly authorizationUrl?: string;
  readonly tokenUrl?: string;
  readonly refreshUrl?: string;
  readonly deviceAuthorizationUrl?: string;
  readonly scopes: Readonly<Record<string, string>>;
}

/** One way to be allowed: every scheme named in it together. An empty list means that no credential is needed. */
export type SecurityRequirement = readonly { readonly scheme: string; readonly scopes: readonly string[] }[];

/** A namespace of methods in the client, such as `tasks` or `teams.members`. */
export interface Resource {
  /** The members of the client that lead to it: `["teams", "members"]` is `client.teams.members`. */
  readonly path: readonly string[];
  /** `TeamsMembersResource` */
  readonly className: string;
  /** A file name without extension, `teams-members`; unique also where case does not count. */
  readonly fileName: string;
  readonly description?: string;
  /** Ids of the operations that live here. */
  readonly operations: readonly string[];
}

/** One call of the API. */
export interface Operation {
  /** Unique; the spec's `operationId` or, where that is missing or repeated, one derived from method and path. */
  readonly id: string;
  /** Upper case. */
  readonly method: string;
  /** The path template, `/tasks/{taskId}`. */
  readonly path: string;
  /** A base URL of its own, where the spec gives this operation another server. */
  readonly server?: string;
  readonly summary?: string;
  /** Markdown. */
  readonly description?: string;
  readonly deprecated: boolean;
  readonly tags: readonly string[];
  /** The resource that it belongs to. */
  readonly resource: readonly string[];
  /** Its method's name on that resource, camelCase, unique within the resource. */
  readonly methodName: string;
  /** What else it goes by in emitted code. */
  readonly names: OperationNames;
  /** Path parameters in the order of the template, then the others in the order of the spec. */
  readonly parameters: readonly Parameter[];
  readonly body?: RequestBody;
  readonly responses: readonly Response[];
  /** Alternatives, any one of which suffices; none: the operation is public. */
  readonly security: readonly SecurityRequirement[];
  readonly policies: OperationPolicies;
  readonly externalDocs?: ExternalDocs;
  readonly codeSamples?: readonly CodeSample[];
  readonly callbacks?: readonly Callback[];
  readonly extensions?: Extensions;
}

/** A call that the API makes because of an operation. */
export interface Callback {
  readonly name: string;
  /** Where it goes, as in `{$request.body#/url}`. */
  readonly expression: string;
  readonly method: string;
  readonly summary?: string;
  readonly description?: string;
  readonly parameters: readonly Parameter[];
  readonly body?: RequestBody;
  readonly responses: readonly Response[];
}

/** The public names of one operation, the same in every package. */
export interface OperationNames {
  /** `fetchTask` */
  readonly function: string;
  /** `fetchTaskOperation`: the constant that describes it to a runtime. */
  readonly descriptor: string;
  /** `FetchTaskQuery` */
  readonly query: string;
  /** `FetchTaskHeaders` */
  readonly headers: string;
  /** `FetchTaskCookies` */
  readonly cookies: string;
  /** `FetchTaskBody`, for a body whose schema has no name. */
  readonly body: string;
  /** `FetchTaskOptions` */
  readonly options: string;
  /** `FetchTaskResponse`, for a response whose schema has no name. */
  readonly response: string;
  /** `FetchTaskError` */
  readonly error: string;
  /** `FetchTaskRequest`: what a handler takes. */
  readonly request: string;
  /** `FetchTaskOutput`: what a handler gives. */
  readonly output: string;
  /** `FetchTaskCode`: what a handler may fail with. */
  readonly code: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly description?: string;
  readonly required: boolean;
  readonly deprecated: boolean;
  readonly schema: Schema;
  readonly style: "simple" | "label" | "matrix" | "form" | "spaceDelimited" | "pipeDelimited" | "deepObject";
  readonly explode: boolean;
  readonly allowReserved: boolean;
  /** Set when the value is serialised by a media type (`content`) rather than by `style`. */
  readonly mediaType?: string;
  /** The client-wide default that stands in when a caller gives nothing (`x-client-default`). */
  readonly clientDefault?: string;
  readonly examples?: readonly Example[];
  readonly allowEmptyValue?: boolean;
  readonly extensions?: Extensions;
}

/** A parameter that the client fills in unless told otherwise. */
export interface ClientDefault {
  readonly parameter: string;
  readonly value: string;
  readonly description?: string;
}

export interface RequestBody {
  readonly required: boolean;
  readonly description?: string;
  /** At least one; the preferred form first. */
  readonly contents: readonly Content[];
}

/** How a body is written or read. */
export type ContentKind = "json" | "form" | "multipart" | "text" | "binary" | "events" | "lines";

/**
 * What an item of `events` is: the event with its fields, its data read as JSON (`event`) or left as text (`textEvent`);
 * the text of its data alone (`text`); or, where this is absent, the JSON of its data.
 */
export type StreamItem = "event" | "textEvent" | "text";

/** One media type of a body. */
export interface Content {
  readonly mediaType: string;
  readonly kind: ContentKind;
  /** Absent: anything. For `events` and `lines`, the schema of one item. */
  readonly schema?: Schema;
  /** Only for `events`. */
  readonly item?: StreamItem;
  /** For `text` such as XML: the structure that the spec gives it, for readers. */
  readonly structure?: Schema;
  /** How single members of a `form` or `multipart` body are serialised, where the spec says. */
  readonly encoding: Readonly<Record<string, Encoding>>;
  /** How the parts of a `multipart` list are written, by position (OpenAPI 3.2). */
  readonly prefixEncoding?: readonly Encoding[];
  /** How the other parts of a `multipart` list are written (OpenAPI 3.2). */
  readonly itemEncoding?: Encoding;
  readonly examples: readonly Example[];
  readonly extensions?: Extensions;
}

export interface Encoding {
  readonly contentType?: string;
  readonly style?: "form" | "spaceDelimited" | "pipeDelimited" | "deepObject";
  readonly explode?: boolean;
  /** Headers of the part, in a multipart body. */
  readonly headers?: readonly Header[];
}

export interface Example {
  readonly name: string;
  readonly summary?: string;
  readonly description?: string;
  readonly value: unknown;
  /** The value as it travels (`serializedValue` of OpenAPI 3.2). */
  readonly serialized?: string;
  /** A URL that has the value. */
  readonly externalValue?: string;
}

/** What may come back for a status, a range of statuses (`4XX`), or anything else (`default`). */
export interface Response {
  readonly status: string;
  readonly summary?: string;
  readonly description: string;
  readonly headers: readonly Header[];
  readonly contents: readonly Content[];
  /** The codes that the error body may carry (`x-error-codes`). */
  readonly errorCodes: readonly string[];
  readonly links?: readonly Link[];
  readonly extensions?: Extensions;
}

export interface Header {
  readonly name: string;
  readonly description?: string;
  readonly required: boolean;
  readonly deprecated?: boolean;
  readonly schema: Schema;
  readonly examples?: readonly Example[];
}

/** A schema with a name, to which others refer as `{ $ref: "#/components/schemas/<name>" }`. */
export interface NamedSchema {
  readonly name: string;
  /** Its public name, the same in every package: a valid identifier in PascalCase. */
  readonly typeName: string;
  /** For a schema that stands for its extensions, the name of what they share: `VehicleBase` beside `Vehicle`. */
  readonly baseTypeName?: string;
  readonly schema: Schema;
  /** Which side of the wire it describes; `both` when requests and responses share it. */
  readonly usage: "request" | "response" | "both";
  /** Set on a request form that was split off since the schema has read-only or write-only members. */
  readonly requestFormOf?: string;
}

/** A code that an error body may carry. */
export interface ErrorCode {
  readonly code: string;
  /** The HTTP status that it comes with. */
  readonly status: number;
  readonly title: string;
  readonly description?: string;
  /** What a caller can do about it. */
  readonly remedy?: string;
}

/** A call that the API makes to its users. */
export interface Webhook {
  /** Its key under `webhooks`. */
  readonly name: string;
  readonly method: string;
  readonly summary?: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly tags?: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly body?: RequestBody;
  /** What the receiver is expected to answer. */
  readonly responses?: readonly Response[];
  readonly externalDocs?: ExternalDocs;
  readonly extensions?: Extensions;
  /** How the API proves that it is the sender; alternatives. */
  readonly security: readonly SecurityRequirement[];
}

/** Parts of a model before their public names are chosen. */
export type UnnamedOperation = Omit<Operation, "names">;
export type UnnamedSchema = Omit<NamedSchema, "typeName" | "baseTypeName">;
export type UnnamedResource = Omit<Resource, "className" | "fileName">;
