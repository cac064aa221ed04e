import type { ApiModel, Operation, Resource } from "../../model/api-model.js";
import { indexOf, type ModelIndex } from "../../model/model-index.js";
import type { EmitOptions } from "../../kit/emitter.js";
import { TypePrinter } from "../../kit/typescript/type-printer.js";
import { headerFor } from "../../kit/headers.js";

/** What every file of the package is made from. */
export interface ServerScope {
  readonly model: ApiModel;
  readonly index: ModelIndex;
  readonly printer: TypePrinter;
  readonly header: string;
}

export function scopeOf(model: ApiModel, options: EmitOptions): ServerScope {
  const index = indexOf(model);
  return {
    model,
    index,
    printer: new TypePrinter(index, "exact"),
    header: headerFor("typescript", options.specFile),
  };
}

/** Resources that have operations, each with the file that those are in. */
export function operationFiles({ model, index }: ServerScope): { file: string; operations: Operation[] }[] {
  return model.resources.flatMap((resource: Resource) => {
    const own = resource.operations.flatMap((id) => index.operations.get(id) ?? []);
    return own.length === 0 ? [] : [{ file: resource.fileName, operations: own }];
  });
}
