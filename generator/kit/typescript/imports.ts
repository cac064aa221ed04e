/** Gathers what a module imports while its text is made, and writes the statements in a stable order. */
export class Imports {
  readonly #types = new Map<string, Set<string>>();
  readonly #values = new Map<string, Set<string>>();

  /** Notes a type and returns its name. */
  type(module: string, name: string): string {
    add(this.#types, module, name);
    return name;
  }

  /** Notes a value, under another name if one is given, and returns the name that it has here. */
  value(module: string, name: string, local = name): string {
    add(this.#values, module, local === name ? name : `${name} as ${local}`);
    return local;
  }

  toString(): string {
    const modules = [...new Set([...this.#types.keys(), ...this.#values.keys()])].sort(compare);
    return modules.map((module) => this.#statement(module)).join("");
  }

  #statement(module: string): string {
    const values = [...(this.#values.get(module) ?? [])];
    const types = [...(this.#types.get(module) ?? [])].filter((name) => !values.includes(name));
    if (values.length === 0) return `import type { ${types.sort(compare).join(", ")} } from "${module}";\n`;
    const names = [...values.sort(compare), ...types.sort(compare).map((name) => `type ${name}`)];
    return `import { ${names.join(", ")} } from "${module}";\n`;
  }
}

function add(map: Map<string, Set<string>>, module: string, name: string): void {
  const names = map.get(module);
  if (names) names.add(name);
  else map.set(module, new Set([name]));
}

/** By code unit, the same in every locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
