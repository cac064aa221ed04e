/** The names that the runtime's modules export and that emitted code uses, by module. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  api: ["Api"],
  body: ["BinaryBody"],
  call: ["Call"],
  decode: ["EventStream"],
  errors: [
    "AuthenticationError",
    "BadRequestError",
    "ClientError",
    "ConflictError",
    "ErrorStatus",
    "NotFoundError",
    "PayloadTooLargeError",
    "PermissionError",
    "PreconditionFailedError",
    "RateLimitError",
    "ServerError",
    "StatusError",
    "UnsupportedMediaTypeError",
    "ValidationError",
  ],
  list: ["ListCall"],
  operation: ["Operation"],
  options: ["CallOptions"],
};

/** The other names that the package's index exports. */
const INDEX = (
  "AbortError Answer ApiDefinition ApiError ApiOptions BasicSecret BudgetSetup CallContext CallEvent " +
  "CallLifetime Clock ConnectionError DecodeError Emit ErrorCode ErrorFacts EventSubject Fetch Grant " +
  "HeaderValue Layer LayerFactory LayerSetup OutgoingRequest Pagination RateLimitBudget " +
  "RateLimitOptions RateLimitState RateLimitStatus RateLimitStore RateLimitWaitError RateLimitWindow " +
  "RequestError RequestOptions Result RetryPolicy SuccessStatus RuntimeEvent SchemeSecret Secret SecretRequest " +
  "SecretSource SecurityScheme Send StoreEvent TimeoutError UnexpectedStatusError WebhookName " +
  "WebhookPayload WebhookPayloads WindowSnapshot WindowUse components operations paths"
).split(" ");

/** Type names that belong to the runtime or to the client itself; schemas of these names are called otherwise. */
export const RUNTIME_TYPES: readonly string[] = [...Object.values(TYPES).flat(), ...INDEX];

/** Values that an operations file may import from the runtime. */
export const RUNTIME_VALUES: readonly string[] = [
  "call",
  "list",
  "json",
  "form",
  "multipart",
  "text",
  "binary",
]
  .concat([
    "blob",
    "events",
    "jsonValue",
    "deepObject",
    "reserved",
    "reservedCommaSeparated",
    "commaSeparated",
  ])
  .concat([
    "spaceSeparated",
    "pipeSeparated",
    "label",
    "labelExploded",
    "matrix",
    "matrixExploded",
    "simpleExploded",
  ])
  .concat(["cacheLayer", "createApi", "policy", "api", "body", "query", "options"]);

/** Modules of the emitted client by the type names that they export, seen from a folder below `src/`. */
export function typeModules(schemaNames: Iterable<string>): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  for (const [module, names] of Object.entries(TYPES)) {
    for (const name of names) modules.set(name, `../runtime/${module}.js`);
  }
  modules.set("RequestOptions", "../options.js");
  modules.set("operations", "../schema.js");
  for (const name of schemaNames) modules.set(name, "../types.js");
  return modules;
}

/** The type names in a piece of TypeScript that have a module; what stands in string literals does not count. */
export function typeNamesIn(text: string, modules: ReadonlyMap<string, string>): Set<string> {
  const code = text.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\/\*[\s\S]*?\*\//g, "");
  return new Set(
    [...code.matchAll(/[A-Za-z_$][\w$]*/g)].map(([name]) => name).filter((name) => modules.has(name)),
  );
}
