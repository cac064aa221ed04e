import type { Operation, Parameter } from "../../model/api-model.js";

/** An operation's parameters of one place, without the header that carries its idempotency key. */
export function ofPlace(operation: Operation, place: Parameter["in"]): readonly Parameter[] {
  const hidden = operation.policies.idempotency?.header.toLowerCase();
  return operation.parameters.filter(
    (parameter) => parameter.in === place && !(place === "header" && parameter.name.toLowerCase() === hidden),
  );
}
