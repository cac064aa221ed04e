import { objectOf, type JsonObject } from "../../base/json.js";
import type { ApiModel, Example, Operation } from "../../model/api-model.js";

/** Values for the samples of one operation, in place of the spec's examples. */
interface SampleOverride {
  /** Parameters by name. */
  readonly parameters: JsonObject;
  readonly body: unknown;
}

/**
 * The same API with other examples for some operations: `{ "fetchThing": { "parameters": { "thingId": "t_1" } } }`. An
 * example of a shared parameter can fit only one of the operations that use it.
 */
export function withSampleOverrides(model: ApiModel, stated: JsonObject): ApiModel {
  const overrides = new Map(
    Object.entries(stated).map(([id, value]): [string, SampleOverride] => {
      const { parameters, body } = objectOf(value);
      return [id, { parameters: objectOf(parameters), body }];
    }),
  );
  if (overrides.size === 0) return model;
  return { ...model, operations: model.operations.map((it) => overridden(it, overrides.get(it.id))) };
}

function overridden(operation: Operation, override: SampleOverride | undefined): Operation {
  if (!override) return operation;
  const { body } = operation;
  return {
    ...operation,
    parameters: operation.parameters.map((parameter) => {
      const value = override.parameters[parameter.name];
      return value === undefined ? parameter : { ...parameter, examples: [exampleOf(value)] };
    }),
    ...(body && override.body !== undefined
      ? {
          body: {
            ...body,
            contents: body.contents.map((content, index) =>
              index === 0
                ? { ...content, examples: [exampleOf(override.body), ...content.examples] }
                : content,
            ),
          },
        }
      : {}),
  };
}

function exampleOf(value: unknown): Example {
  return { name: "example", value };
}
