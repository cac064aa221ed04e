import { Ajv } from "ajv";
import { createGenerator } from "ts-json-schema-generator";
import { expect, it } from "vitest";

import { loadModel } from "../../generator/pipeline.js";

/** The JSON Schema of the model, made from its types: `specwright model --schema` prints it. */
function schemaOfModel(): object {
  return createGenerator({
    path: "generator/model/api-model.ts",
    type: "ApiModel",
    tsconfig: "tsconfig.json",
    skipTypeCheck: true,
    topRef: false,
  }).createSchema("ApiModel");
}

// `npx vitest run test/surface -u` writes it anew where the types have changed.
it("the model's schema is what its types say", async () => {
  const text = `${JSON.stringify(schemaOfModel(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot("../../generator/model/api-model.schema.json");
});

it.each(["spec/openapi.yaml", "templates/init/openapi.yaml"])(
  "the model of %s matches the schema",
  async (spec) => {
    const { model } = await loadModel({ spec, overlays: [], isLinted: false });
    const ajv = new Ajv({ strict: false });
    // The model is plain data: what JSON keeps of it is all of it.
    const plain: unknown = JSON.parse(JSON.stringify(model));
    ajv.validate(schemaOfModel(), plain);
    expect(ajv.errors ?? []).toEqual([]);
    expect(plain).toEqual(model);
  },
);
