import type { NamedSchema } from "../../model/api-model.js";
import type { Schema, SchemaObject } from "../../model/schema.js";
import { code, importStatements, joined, type Code } from "./code.js";
import { schemaDoc } from "./schema-doc.js";
import type { ObjectShape, TypePrinter } from "./type-printer.js";
import { primary, union } from "./types.js";

/** `src/types.ts`: each named schema as an interface or a type. */
export function emitTypes(scope: { schemas: readonly NamedSchema[]; printer: TypePrinter; header: string }): string {
  const declarations = new Declarations(scope.printer);
  const types = scope.schemas.flatMap((schema) => declarations.of(schema));
  const text = types.length === 0 ? "export {};" : joined(types, "\n\n");
  return `${scope.header}\n${importStatements("./types.ts", types)}\n${String(text)}\n`;
}

/** Declares types: as an interface where TypeScript allows it, else as an alias. */
export class Declarations {
  readonly #printer: TypePrinter;
  readonly #interfaces = new Map<string, boolean>();
  readonly #members = new Map<string, ReadonlyMap<string, string>>();

  constructor(printer: TypePrinter) {
    this.#printer = printer;
  }

  /** The declaration of a named schema; two for one that stands for its extensions. */
  of(named: NamedSchema): Code[] {
    const { name, typeName, baseTypeName, schema } = named;
    const base = this.#printer.index.bases.get(name);
    if (!base || baseTypeName === undefined) return [this.declare(typeName, schema, schemaDoc(named))];
    const variants = this.#printer.union(base.variants);
    const all = base.isVariant ? union([variants, primary(baseTypeName)]) : variants;
    return [
      code`${schemaDoc(named)}export type ${typeName} = ${all.code};`,
      this.declare(baseTypeName, sharedPart(schema), `/** What every {@link ${typeName}} has. */\n`),
    ];
  }

  /** The declaration of any schema under a name. */
  declare(name: string, schema: Schema, doc: string): Code {
    const shape = this.#interfaceShape(schema);
    if (!shape) return code`${doc}export type ${name} = ${this.#printer.of(schema)};`;
    if (shape.bases.length === 0) return code`${doc}export interface ${name} {\n${this.#printer.body(shape)}\n}`;
    const bases = joined(
      shape.bases.map((base) => this.#printer.baseNameOf(base)),
      ", ",
    );
    return code`${doc}export interface ${name} extends ${bases} {\n${this.#printer.body(shape, true)}\n}`;
  }

  /** What an interface of a schema would hold; undefined where only an alias can say it. */
  #interfaceShape(schema: Schema): ObjectShape | undefined {
    if (typeof schema === "boolean" || !isObjectAlone(schema)) return undefined;
    const shape = this.#printer.shapeOf(schema);
    const { members, bases, others, patterns, rest, names } = shape;
    if (others.length > 0 || (names && members.size === 0)) return undefined;
    if (bases.length === 0) return schema.type === undefined && members.size + patterns.size === 0 && rest === undefined ? undefined : shape;
    const isOpen = patterns.size > 0 || (rest !== undefined && rest !== false);
    if (isOpen || members.size === 0 || !bases.every((base) => this.#isInterface(base))) return undefined;
    return this.#isCompatible(shape) ? shape : undefined;
  }

  #isInterface(name: string): boolean {
    const known = this.#interfaces.get(name);
    if (known !== undefined) return known;
    this.#interfaces.set(name, false); // a circle has no interface
    const shape = this.#printer.index.endless.has(name) ? undefined : this.#interfaceShape(this.#shared(name));
    const isClosed = shape !== undefined && shape.patterns.size === 0 && shape.members.size > 0;
    const is = isClosed && (shape.rest === undefined || shape.rest === false);
    this.#interfaces.set(name, is);
    return is;
  }

  /** Whether members of the same name agree, as they must in an interface. */
  #isCompatible(shape: ObjectShape): boolean {
    const inherited = new Map<string, string>();
    for (const base of shape.bases) {
      for (const [name, type] of this.#membersOf(base)) {
        if ((inherited.get(name) ?? type) !== type) return false;
        inherited.set(name, type);
      }
    }
    return [...shape.members].every(([name, { schema, isRequired }]) => {
      const before = inherited.get(name);
      if (before === undefined) return true;
      const type = this.#printer.of(schema).text;
      const isSame = before === type || before === `${type}?`;
      const isText = /^string\??$/.test(before) && /^"[^"]*"( \| "[^"]*")*$/.test(type);
      return (isSame || isText) && (isRequired || before.endsWith("?"));
    });
  }

  /** The types of all members of a named schema, those that may be missing with a question mark. */
  #membersOf(name: string): ReadonlyMap<string, string> {
    const known = this.#members.get(name);
    if (known) return known;
    const members = new Map<string, string>();
    this.#members.set(name, members);
    const schema = this.#shared(name);
    if (typeof schema === "boolean") return members;
    const shape = this.#printer.shapeOf(schema);
    for (const base of shape.bases) for (const [key, type] of this.#membersOf(base)) members.set(key, type);
    for (const [key, { schema: member, isRequired }] of shape.members)
      members.set(key, `${this.#printer.of(member).text}${isRequired ? "" : "?"}`);
    return members;
  }

  #shared(name: string): Schema {
    const schema = this.#printer.index.schemas.get(name) ?? true;
    return this.#printer.index.bases.has(name) ? sharedPart(schema) : schema;
  }
}

/** A polymorphic base without its variants. */
function sharedPart(schema: Schema): Schema {
  if (typeof schema === "boolean") return schema;
  const { oneOf: _oneOf, anyOf: _anyOf, discriminator: _discriminator, ...shared } = schema;
  return shared;
}

/** Whether a schema allows objects only, without alternatives. */
function isObjectAlone(schema: SchemaObject): boolean {
  const { $ref, type, enum: values, oneOf = [], anyOf = [], not } = schema;
  const isPlain = $ref === undefined && values === undefined && not === undefined && !Object.hasOwn(schema, "const");
  return isPlain && oneOf.length + anyOf.length === 0 && (type === undefined || type === "object");
}
