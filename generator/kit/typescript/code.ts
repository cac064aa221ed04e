import { posix } from "node:path";

import { Imports } from "./imports.js";
import { propertyName } from "./literals.js";

/** A name that a piece of TypeScript imports. */
interface ImportedName {
  /** A package, or for a module of the emitted package its path from `src/`: `./runtime/call.js`. */
  readonly module: string;
  readonly name: string;
  readonly local: string;
  readonly isType: boolean;
}

/** A piece of TypeScript together with what it imports, so that nothing has to be found again in finished text. */
export class Code {
  constructor(
    readonly text: string,
    readonly imports: readonly ImportedName[] = [],
    /** What it is put together from, as far as that imports something. */
    readonly parts: readonly Code[] = [],
  ) {}

  /** The text alone, for templates. */
  toString(): string {
    return this.text;
  }
}

/** Puts pieces together: code`${type}[]`. */
export function code(parts: TemplateStringsArray, ...values: readonly (string | Code)[]): Code {
  const texts = parts.map((part, index) => part + String(values[index] ?? ""));
  return new Code(texts.join(""), [], partsOf(values));
}

export function joined(pieces: readonly (string | Code)[], separator: string): Code {
  return new Code(pieces.map(String).join(separator), [], partsOf(pieces));
}

/** An object literal; members without a value are left out. */
export function objectCode(members: readonly (readonly [string, string | Code | undefined])[]): Code {
  const present = members.flatMap(([name, value]) =>
    value === undefined ? [] : [code`${propertyName(name)}: ${value}`],
  );
  return code`{ ${joined(present, ", ")} }`;
}

/** The name of a type, imported. */
export function typeFrom(module: string, name: string): Code {
  return new Code(name, [{ module, name, local: name, isType: true }]);
}

/** The name of a value, imported, under another name if one is given. */
export function valueFrom(module: string, name: string, local = name): Code {
  return new Code(local, [{ module, name, local, isType: false }]);
}

function partsOf(pieces: readonly unknown[]): Code[] {
  return pieces
    .filter((piece) => piece instanceof Code)
    .filter((it) => it.imports.length + it.parts.length > 0);
}

/** The import statements of a module at a path below `src/`, for all code that a view holds, however deep. */
export function importStatements(path: string, view: unknown): string {
  const imports = new Imports();
  const seen = new Set<Code>();
  const add = (value: unknown): void => {
    if (value instanceof Code) {
      if (seen.has(value)) return;
      seen.add(value);
      value.parts.forEach(add);
      for (const { module, name, local, isType } of value.imports) {
        const from = specifier(path, module);
        if (from === undefined) continue;
        if (isType) imports.type(from, name);
        else imports.value(from, name, local);
      }
    } else if (Array.isArray(value)) value.forEach(add);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(add);
  };
  add(view);
  return imports.toString();
}

/** How a module names another; undefined: it is the module itself. */
function specifier(path: string, module: string): string | undefined {
  if (!module.startsWith("./")) return module;
  const target = posix.relative(posix.dirname(path), posix.normalize(module));
  if (target === posix.basename(path).replace(/\.ts$/, ".js")) return undefined;
  return target.startsWith(".") ? target : `./${target}`;
}
