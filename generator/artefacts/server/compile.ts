import addFormats from "ajv-formats";
import { Ajv2020 } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";

import type { NamedSchema } from "../../model/api-model.js";
import type { Schema } from "../../model/schema.js";
import { DEFINITIONS_ID, validatorSchema } from "./validator-schemas.js";

/** Gathers the schemas that a module validates, each once, and compiles them to one JavaScript module. */
export class ValidatorModule {
  readonly #ids = new Map<string, string>();
  readonly #schemas: readonly NamedSchema[];

  constructor(schemas: readonly NamedSchema[]) {
    this.#schemas = schemas;
  }

  /** The name of the function that validates by a schema; `undefined` where everything is valid. */
  add(schema: Schema): string | undefined {
    const wanted = validatorSchema(schema);
    if (typeof wanted === "object" && Object.keys(wanted).length === 0) return undefined;
    if (wanted === true) return undefined;
    const text = JSON.stringify(wanted);
    const known = this.#ids.get(text) ?? `check${this.#ids.size + 1}`;
    this.#ids.set(text, known);
    return known;
  }

  /** The module's text: imports, one function for each schema, none exported. */
  compile(): string {
    const ajv = new Ajv2020({
      allErrors: true,
      messages: false,
      strict: false,
      validateSchema: false,
      unicodeRegExp: true,
      inlineRefs: false,
      logger: false,
      code: { source: true, esm: true, lines: true },
    });
    addFormats.default(ajv, { mode: "full" });
    const $defs = Object.fromEntries(
      this.#schemas.map(({ name, schema }) => [name, validatorSchema(schema)]),
    );
    ajv.addSchema({ $id: DEFINITIONS_ID, $defs });
    for (const [text, id] of this.#ids) ajv.addSchema({ $id: id, ...asObject(text) });
    const names = [...this.#ids.values()];
    const code = standalone.default(ajv, Object.fromEntries(names.map((id) => [id, id])));
    return moduleText(code);
  }
}

function asObject(text: string): object {
  const schema: unknown = JSON.parse(text);
  return typeof schema === "object" && schema !== null ? schema : { not: {} };
}

/** The module of what the compiler wrote: with imports for its `require()`, and without what nothing reads. */
function moduleText(code: string): string {
  const modules = new Map<string, string>();
  const body = code.replace(/require\("([^"]+)"\)(\.default)?/g, (_, module: string, isDefault?: string) => {
    const name = modules.get(module) ?? `module${modules.size + 1}`;
    modules.set(module, name);
    // Node makes a CommonJS module's exports the default, bundlers make that its `default`.
    return isDefault === undefined ? name : `(${name}.default?.default ?? ${name}.default)`;
  });
  const imports = [...modules].map(([module, name]) => `import * as ${name} from "${module}.js";\n`).join("");
  const plain = body.replace(/^"use strict";/, "").replace(/^export const check/gm, "const check");
  return `${imports}${ADD_FAULT}${withoutUnread(shortened(plain))}`;
}

const ADD_FAULT = `
function add(faults, fault) {
  if (faults === null) return [fault];
  faults.push(fault);
  return faults;
}
`;

/** Each fault costs ten lines as the compiler writes it; most of a module is faults. */
function shortened(code: string): string {
  return code
    .replace(
      /const (err\d+) = (\{instancePath[:,].*\});\nif\(vErrors === null\)\{\nvErrors = \[\1\];\n\}\nelse \{\nvErrors\.push\(\1\);\n\}\nerrors\+\+;\n/g,
      (_, __, fault: string) => `vErrors = add(vErrors, ${fault}); errors++;\n`,
    )
    .replace(/schemaPath:"(?:[^"\\]|\\.)*",/g, "")
    .replace(/^\/\*# sourceURL=.*\n/gm, "");
}

/** Drops the constants that hold a schema of which the code reads nothing. */
function withoutUnread(code: string): string {
  const uses = new Map<string, number>();
  for (const [name] of code.matchAll(/\bschema\d+\b/g)) uses.set(name, (uses.get(name) ?? 0) + 1);
  return code.replace(/^const (schema\d+) = .*;\n/gm, (line, name: string) =>
    uses.get(name) === 1 ? "" : line,
  );
}
