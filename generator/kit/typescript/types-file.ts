import type { ApiModel, NamedSchema } from "../../model/api-model.js";
import { render } from "../templates.js";
import { stringLiteral } from "./literals.js";
import { prose, tsdoc } from "./tsdoc.js";

/** `src/types.ts`: a named alias for each schema. */
export function emitTypes(scope: { model: ApiModel; header: string }): string {
  const aliases = scope.model.schemas.map((schema) => {
    const name = schema.typeName;
    return { name, doc: documentation(schema), type: `components["schemas"][${stringLiteral(name)}]` };
  });
  return render("typescript/types.ts.hbs", { header: scope.header, aliases });
}

function documentation({ schema, name, requestFormOf }: NamedSchema): string {
  if (requestFormOf !== undefined) {
    return tsdoc([`\`${requestFormOf}\` as it is sent: without its read-only members.`]);
  }
  const { description, deprecated } = typeof schema === "object" ? schema : {};
  const tag = deprecated ? ["", "@deprecated The API's description marks this schema as deprecated."] : [];
  return tsdoc([
    ...(description ? prose(description) : [`The schema \`${name.replaceAll("`", "'")}\`.`]),
    ...tag,
  ]);
}
