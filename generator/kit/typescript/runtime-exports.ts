/** The names that the runtime's modules export and that emitted code uses, by module. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  api: ["Api"],
  body: ["BinaryBody", "JsonLines"],
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
