import { defineArtefact, type Schema } from "specwright";

/** An artefact that is not TypeScript: the API's objects as Python types. */
export default defineArtefact<{ readonly module?: string }>({
  name: "python-models",
  summary: "The schemas as typed dictionaries of Python",
  options: {
    properties: { module: { type: "string", pattern: "^[a-z_]+$", description: "The module's name." } },
  },
  emit(model, { module = "models" }, kit) {
    const classes = model.schemas.flatMap(({ name, schema }) => {
      if (typeof schema === "boolean" || !schema.properties) return [`${name} = ${typeOf(schema)}\n`];
      const required = new Set(schema.required);
      const members = Object.entries(schema.properties).map(([member, each]) => {
        const type = typeOf(each);
        return `    ${JSON.stringify(member)}: ${required.has(member) ? type : `NotRequired[${type}]`},\n`;
      });
      const text =
        schema.description === undefined ? "" : `# ${schema.description.trim().replaceAll("\n", "\n# ")}\n`;
      return [`${text}${name} = TypedDict("${name}", {\n${members.join("")}})\n`];
    });
    const head = `${kit.header("python")}\nfrom __future__ import annotations\nfrom typing import Any, Literal, NotRequired, TypedDict, Union\n`;
    return [{ path: `${module}.py`, content: [head, ...classes].join("\n") }];
  },
});

const PLAIN: Readonly<Record<string, string>> = {
  string: "str",
  number: "float",
  integer: "int",
  boolean: "bool",
  null: "None",
  object: "dict[str, Any]",
};

/** The Python type of a schema; names stand in quotes, since a class may come later. */
function typeOf(schema: Schema): string {
  if (typeof schema === "boolean") return "Any";
  if (schema.$ref !== undefined) return `"${schema.$ref.split("/").at(-1)}"`;
  if (schema.enum) return `Literal[${schema.enum.map((value) => JSON.stringify(value)).join(", ")}]`;
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants) return `Union[${variants.map(typeOf).join(", ")}]`;
  const types = [schema.type ?? []].flat().map((type) => {
    return type === "array" ? `list[${typeOf(schema.items ?? true)}]` : (PLAIN[type] ?? "Any");
  });
  return types.length === 0 ? "Any" : types.length === 1 ? (types[0] ?? "Any") : `Union[${types.join(", ")}]`;
}
