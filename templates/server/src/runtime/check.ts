import { isInRange } from "./body.js";
import type { OperationContract, ResponseContract } from "./contract.js";
import { ContractError } from "./failure.js";
import { fieldErrors } from "./faults.js";
import { keyOf } from "./problem.js";
import { readScalar } from "./shapes.js";
import type { AnswerValidators, ResponseValidators, Validator } from "../../validators/validator.js";

/**
 * Checks a response against what the operation declares: status, error code, media type, required headers, body. The
 * response can still be read afterwards.
 *
 * @throws ContractError when the spec does not allow it.
 */
export async function checkAnswer(
  operation: OperationContract,
  validators: ResponseValidators,
  response: Response,
  isHead = false,
): Promise<void> {
  const { status } = response;
  const key = keyOf(operation.responses, status);
  const declared = key === undefined ? undefined : operation.responses[key];
  if (key === undefined || !declared) {
    throw new ContractError(operation.id, status, "", "the operation declares no such status");
  }
  const own = validators[key] ?? {};
  const refuse = (pointer: string, what: string): never => {
    throw new ContractError(operation.id, status, pointer, what);
  };
  checkHeaders(declared, own, response.headers, refuse);
  if (isHead) return;
  const type = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (declared.mediaTypes.length === 0) {
    if ((await response.clone().text()) !== "") refuse("", "the operation declares no body for this status");
    return;
  }
  const mediaType = declared.mediaTypes.find((candidate) => type !== undefined && isInRange(type, candidate));
  if (mediaType === undefined) {
    return refuse(
      "/header/Content-Type",
      `${type ?? "none"} is not one of ${declared.mediaTypes.join(", ")}`,
    );
  }
  if (/[/+]json$/.test(mediaType)) await checkJson(declared, own.body?.[mediaType], response, refuse);
}

type Refuse = (pointer: string, what: string) => never;

function checkHeaders(
  declared: ResponseContract,
  own: AnswerValidators,
  headers: Headers,
  refuse: Refuse,
): void {
  const values: Record<string, unknown> = {};
  for (const { name, required, shape } of declared.headers) {
    const text = headers.get(name);
    if (text !== null) values[name] = typeof shape === "string" ? readScalar(shape, text) : text;
    else if (required) refuse(`/header/${name}`, "the header is missing");
  }
  if (own.headers && !own.headers(values)) refuseFirst(own.headers, "/header", refuse);
}

async function checkJson(
  { codes }: ResponseContract,
  validator: Validator | undefined,
  response: Response,
  refuse: Refuse,
): Promise<void> {
  const body = parsed(await response.clone().text());
  if (body === undefined) return refuse("", "the body is not JSON");
  if (validator && !validator(body)) refuseFirst(validator, "", refuse);
  const code = typeof body === "object" && body !== null && "code" in body ? body.code : undefined;
  if (typeof code === "string" && codes.length > 0 && !codes.includes(code)) {
    refuse("/code", `${JSON.stringify(code)} is not one of ${codes.join(", ")}`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refuseFirst(validator: Validator, prefix: string, refuse: Refuse): never {
  const [first, ...others] = fieldErrors(validator.errors ?? [], prefix);
  const more =
    others.length === 0 ? "" : ` (and ${others.length} more: ${others[0]?.pointer} ${others[0]?.message})`;
  return refuse(first?.pointer ?? prefix, `${first?.message ?? "Is not valid."}${more}`);
}
