import type { Oas3Visitor, UserContext } from "@redocly/openapi-core";

import { checkExtension, vocabulary } from "../vocabulary/vocabulary.js";
import { objectOf, resolved } from "./walk.js";

/** Extensions stand where they mean something, in the form that their schema gives. */
export function vocabularyWellFormed(): Oas3Visitor {
  const check = (node: unknown, context: UserContext): void => {
    for (const [key, value] of Object.entries(objectOf(node))) {
      if (!Object.hasOwn(vocabulary, key)) continue;
      const target = Object.hasOwn(objectOf(value), "$ref") ? resolved(context, value) : value;
      for (const problem of checkExtension(key, target)) {
        context.report({
          message: `${key} is not well-formed: ${problem}.`,
          location: context.location.child([key]),
        });
      }
    }
  };
  return { Root: check, Operation: check, Response: check, Parameter: check, Schema: check };
}

/** Each variant of a discriminated union has a value of its own in the mapping. */
export function discriminatorMapped(): Oas3Visitor {
  return {
    Schema(schema, context) {
      const node = objectOf(schema);
      const discriminator = objectOf(node["discriminator"]);
      if (Object.keys(discriminator).length === 0) return;
      const variants = [node["oneOf"], node["anyOf"]].flatMap((list) => (Array.isArray(list) ? list : []));
      const targets = new Set(
        Object.values(objectOf(discriminator["mapping"])).map((target) => nameOf(target)),
      );
      for (const variant of variants) {
        const reference = objectOf(variant)["$ref"];
        if (typeof reference === "string" && targets.has(nameOf(reference))) continue;
        const name = typeof reference === "string" ? reference : "an inline variant";
        context.report({
          message: `The discriminator has no mapping for ${name}. Map a value of "${String(discriminator["propertyName"])}" to it.`,
          location: context.location.child(["discriminator"]),
        });
      }
    },
  };
}

/** The name of a schema, however it is referred to. */
function nameOf(reference: unknown): string {
  return (String(reference).split("/").at(-1) ?? "").replace(/\.(ya?ml|json)$/, "");
}
