import type { ApiModel, ErrorCode, Operation } from "./api-model.js";
import { endlessSchemas } from "./recursion.js";
import type { Schema } from "./schema.js";
import { polymorphicBases, type PolymorphicBase } from "./variants.js";

/** The parts of a model by their names. */
export interface ModelIndex {
  readonly schemas: ReadonlyMap<string, Schema>;
  /** The public type names of schemas. */
  readonly typeNames: ReadonlyMap<string, string>;
  /** The public type names of what the extensions of a polymorphic base share. */
  readonly baseTypeNames: ReadonlyMap<string, string>;
  readonly bases: ReadonlyMap<string, PolymorphicBase>;
  /** Schemas that are nothing but themselves. */
  readonly endless: ReadonlySet<string>;
  readonly operations: ReadonlyMap<string, Operation>;
  readonly errorCodes: ReadonlyMap<string, ErrorCode>;
}

const indexes = new WeakMap<ApiModel, ModelIndex>();

/** The index of a model, made once for each. */
export function indexOf(model: ApiModel): ModelIndex {
  const known = indexes.get(model);
  if (known) return known;
  const schemas = new Map(model.schemas.map(({ name, schema }) => [name, schema]));
  const bases = polymorphicBases(schemas);
  const index: ModelIndex = {
    schemas,
    bases,
    endless: endlessSchemas(schemas, bases),
    baseTypeNames: new Map(
      model.schemas.flatMap(({ name, baseTypeName }) =>
        baseTypeName === undefined ? [] : [[name, baseTypeName]],
      ),
    ),
    typeNames: new Map(model.schemas.map(({ name, typeName }) => [name, typeName])),
    operations: new Map(model.operations.map((operation) => [operation.id, operation])),
    errorCodes: new Map(model.errorCodes.map((code) => [code.code, code])),
  };
  indexes.set(model, index);
  return index;
}
