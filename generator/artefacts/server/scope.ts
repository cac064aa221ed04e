import type { ApiModel, Operation, Resource } from "../../model/api-model.js";
import type { Schema } from "../../model/schema.js";
import type { EmitOptions } from "../../kit/emitter.js";
import { headerOf } from "../../kit/typescript/header.js";
import { GLOBAL_TYPES, Namespace } from "../../kit/typescript/identifiers.js";
import { chooseNames, resourceKey, type Names } from "../../kit/typescript/names.js";

/** The type names of one operation. */
export interface OperationTypeNames {
  /** `ListTasksRequest` */
  readonly request: string;
  /** `ListTasksOutput` */
  readonly output: string;
  /** `ListTasksCode` */
  readonly code: string;
}

/** What every file of the package is made from. */
export interface ServerScope {
  readonly model: ApiModel;
  readonly names: Names;
  readonly types: ReadonlyMap<string, OperationTypeNames>;
  readonly header: string;
  readonly schemas: ReadonlyMap<string, Schema>;
}

/** Type names of the runtime that emitted files use, by module. */
export const RUNTIME_TYPES: Readonly<Record<string, readonly string[]>> = {
  call: ["Call", "CallInput", "Layer", "ServerOptions"],
  contract: ["Contract", "OperationContract", "ParameterContract", "ResponseContract"],
  failure: ["Fail", "FailureExtras", "FieldError"],
  handler: ["BinaryBody", "DeclaredHeaders", "Handler", "RequestBase"],
};

/** Other names that the package exports. */
const INDEX =
  "ContractError ErrorCode Failure FaultKind Handlers OperationId ProblemFacts Server WebhookName components operations paths";

export function scopeOf(model: ApiModel, options: EmitOptions): ServerScope {
  const reserved = [...GLOBAL_TYPES, ...Object.values(RUNTIME_TYPES).flat(), ...INDEX.split(" ")];
  const types = new Namespace(reserved);
  const names = chooseNames(model, options.packageName, types);
  const chosen = model.operations.map(({ id }): [string, OperationTypeNames] => {
    const name = names.operations.get(id)?.function ?? id;
    const type = name.charAt(0).toUpperCase() + name.slice(1);
    return [
      id,
      {
        request: types.claim(`${type}Request`),
        output: types.claim(`${type}Output`),
        code: types.claim(`${type}Code`),
      },
    ];
  });
  return {
    model,
    names,
    types: new Map(chosen),
    header: headerOf(options),
    schemas: new Map(model.schemas.map(({ name, schema }) => [name, schema])),
  };
}

/** Resources that have operations, each with the file that those are in. */
export function operationFiles({ model, names }: ServerScope): { file: string; operations: Operation[] }[] {
  const operations = new Map(model.operations.map((operation) => [operation.id, operation]));
  return model.resources.flatMap((resource: Resource) => {
    const own = resource.operations.flatMap((id) => operations.get(id) ?? []);
    const file = names.resources.get(resourceKey(resource.path))?.file ?? "root";
    return own.length === 0 ? [] : [{ file, operations: own }];
  });
}
