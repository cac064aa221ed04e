import type { Parameter } from "../../model/api-model.js";
import type { Schema } from "../../model/schema.js";
import { code, joined, typeFrom, type Code } from "../../kit/typescript/code.js";
import { parameterDoc } from "../../kit/typescript/schema-doc.js";
import type { Member, TypePrinter } from "../../kit/typescript/type-printer.js";
import { Declarations } from "../../kit/typescript/types-file.js";

/** Longer types get a name. */
const MAX_INLINE = 80;

/** The types that belong to one operation: each is declared once, under a name that editors show. */
export class OwnTypes {
  readonly declarations: Code[] = [];
  readonly names: string[] = [];
  /** The names of schemas that are declared here. */
  readonly bySchema = new Map<Schema, Code>();

  constructor(
    readonly printer: TypePrinter,
    /** The module that declares them, from `src/`. */
    readonly module: string,
    /** What the names of further types begin with. */
    readonly stem: string,
  ) {}

  /** The type of a schema: in place where it is short, else declared under the name, if that is still free. */
  of(schema: Schema, name: string, doc = ""): Code {
    const known = this.bySchema.get(schema);
    if (known) return known;
    const type = this.printer.of(schema);
    if (isShort(type) || this.names.includes(name)) return type;
    this.names.push(name);
    this.declarations.push(new Declarations(this.printer).declare(name, schema, doc));
    const own = this.#own(name);
    this.bySchema.set(schema, own);
    return own;
  }

  /** An interface of parameters. */
  ofParameters(parameters: readonly Parameter[], name: string, more: readonly Code[] = []): Code {
    const members = parameters.map((parameter): [string, Member] => {
      const { name: member, schema, required, clientDefault } = parameter;
      const isRequired = required && clientDefault === undefined;
      return [member, { schema, isRequired, doc: parameterDoc(parameter) }];
    });
    return this.interface(name, "", [this.printer.members(new Map(members)), ...more]);
  }

  interface(name: string, heritage: string | Code, members: readonly Code[]): Code {
    this.names.push(name);
    this.declarations.push(code`export interface ${name} ${heritage} {\n${joined(members, "\n")}\n}`);
    return this.#own(name);
  }

  alias(name: string, type: Code): Code {
    this.names.push(name);
    this.declarations.push(code`export type ${name} = ${type};`);
    return this.#own(name);
  }

  /** The name of a type of the operation, as other modules import it. */
  #own(name: string): Code {
    return typeFrom(this.module, name);
  }
}

/** Whether a type may stand where it is used. */
export function isShort({ text }: Code): boolean {
  return text.length <= MAX_INLINE && !text.includes("\n");
}
