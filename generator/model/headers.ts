import { readExamples } from "./read-annotations.js";
import type { Header } from "./api-model.js";
import type { Located, ModelContext } from "./context.js";
import { compact, objectOf, pointer, textOf } from "../base/json.js";
import type { SchemaReader } from "./schemas.js";

/** The `headers` of a response, or of a part of a multipart body. */
export function readHeaders(context: ModelContext, schemas: SchemaReader, owner: Located): Header[] {
  return Object.entries(objectOf(owner.value["headers"])).map(([name, value]) => {
    const header = context.resolve(value, pointer(owner.pointer, "headers", name));
    const examples = readExamples(context, header.value, header.pointer);
    const [content] = Object.entries(objectOf(header.value["content"]));
    const schemaAt = content ? ["content", content[0], "schema"] : ["schema"];
    return compact<Header>({
      name,
      description: textOf(header.value["description"]),
      required: header.value["required"] === true,
      deprecated: header.value["deprecated"] === true ? true : undefined,
      schema: schemas.read(
        content ? objectOf(content[1])["schema"] : header.value["schema"],
        pointer(header.pointer, ...schemaAt),
      ),
      examples: examples.length > 0 ? examples : undefined,
    });
  });
}
