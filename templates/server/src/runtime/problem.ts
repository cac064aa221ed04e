import type { Contract, OperationContract, ResponseContract } from "./contract.js";
import type { FailureExtras, InvalidField } from "./failure.js";
import type { FaultKind, RequestFault } from "./request-fault.js";

/** What is known of a failure, for whoever writes its body. */
export interface ProblemFacts {
  readonly status: number;
  /** The code of the catalogue; where the spec has none, the status in words, such as `not_found`. */
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly detail?: string;
  /** The URI that names the kind of error; `about:blank` where the spec shows none. */
  readonly type: string;
  /** The path of the request. */
  readonly instance: string;
  readonly requestId: string;
  readonly errors?: readonly InvalidField[];
  /** The operation's id; none where the request led to no operation. */
  readonly operation?: string;
}

/** A failure, looked up in the contract. */
export interface Problem {
  readonly facts: ProblemFacts;
  readonly response: ResponseContract | undefined;
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  412: "Precondition failed",
  413: "Payload too large",
  415: "Unsupported media type",
  422: "Unprocessable content",
  429: "Too many requests",
  500: "Internal server error",
  503: "Service unavailable",
};

/** The statuses of each kind of fault, the better one first. */
const STATUSES: Readonly<Record<FaultKind, readonly [number, ...number[]]>> = {
  parameter: [400, 422],
  body: [400, 422],
  validation: [422, 400],
  mediaType: [415, 400],
  tooLarge: [413, 400],
  notFound: [404],
  methodNotAllowed: [405],
  internal: [500],
};

/** The code of a fault: the one configured, where the operation declares it, else one that fits its status. */
export function codeOfFault(
  { kind }: Pick<RequestFault, "kind">,
  operation: OperationContract | undefined,
  configured: Readonly<Partial<Record<FaultKind, string | number>>>,
): string | number {
  const wanted = configured[kind];
  if (
    wanted !== undefined &&
    (!operation || typeof wanted === "number" || Object.hasOwn(operation.codes, wanted))
  ) {
    return wanted;
  }
  for (const status of operation ? STATUSES[kind] : []) {
    const declared = operation?.responses[String(status)];
    if (declared) return declared.codes[0] ?? status;
  }
  return wanted ?? STATUSES[kind][0];
}

/** Everything that is known of a failure by its code or status. */
export function problemOf(
  contract: Contract,
  operation: OperationContract | undefined,
  failure: {
    readonly code: string | number;
    readonly reason?: string | undefined;
    readonly extras: FailureExtras;
  },
  place: { readonly instance: string; readonly requestId: string },
): Problem {
  const { code, reason, extras } = failure;
  const entry = typeof code === "string" ? contract.errorCodes[code] : undefined;
  const status = typeof code === "number" ? code : (operation?.codes[code] ?? entry?.status ?? 500);
  const title = entry?.title ?? TITLES[status] ?? `Status ${status}`;
  const facts: ProblemFacts = {
    status,
    code: typeof code === "string" ? code : title.toLowerCase().replaceAll(" ", "_"),
    title,
    message: reason ?? entry?.description ?? `${title}.`,
    type: entry?.type ?? "about:blank",
    ...place,
    ...(extras.detail === undefined ? {} : { detail: extras.detail }),
    ...(extras.errors === undefined || extras.errors.length === 0 ? {} : { errors: extras.errors }),
    ...(operation ? { operation: operation.id } : {}),
  };
  return { facts, response: operation ? responseOf(operation, status) : commonError(contract, status) };
}

/** What an operation declares for a status: the status itself, its range, or `default`. */
export function responseOf({ responses }: OperationContract, status: number): ResponseContract | undefined {
  return responses[keyOf(responses, status) ?? ""];
}

/** The key under which a status is declared. */
export function keyOf(responses: Readonly<Record<string, unknown>>, status: number): string | undefined {
  const exact = String(status);
  if (Object.hasOwn(responses, exact)) return exact;
  return [`${exact[0]}XX`, "default"].find((key) => Object.hasOwn(responses, key));
}

/** How this API's errors look, for a request that led to no operation. */
function commonError(contract: Contract, status: number): ResponseContract | undefined {
  let any: ResponseContract | undefined;
  for (const operation of Object.values(contract.operations)) {
    const own = operation.responses[String(status)];
    if (own?.members) return own;
    any ??= Object.values(operation.responses).find(({ members }) => members !== undefined);
  }
  return any;
}

/** The members of an error body that a schema may declare, each from the facts. */
const MEMBERS: Readonly<Record<string, (facts: ProblemFacts) => unknown>> = {
  type: ({ type }) => type,
  title: ({ title }) => title,
  status: ({ status }) => status,
  detail: ({ detail }) => detail,
  instance: ({ instance }) => instance,
  code: ({ code }) => code,
  message: ({ message }) => message,
  errors: ({ errors }) => errors,
  requestId: ({ requestId }) => requestId,
  request_id: ({ requestId }) => requestId,
};

/** The members of RFC 9457, where the schema says nothing that is known here. */
const RFC_9457 = ["type", "title", "status", "detail", "instance"];

/** The body of an error, of the members that the spec's schema declares. */
export function problemBody({ facts, response }: Problem): Record<string, unknown> {
  const known = response?.members?.filter((name) => Object.hasOwn(MEMBERS, name)) ?? [];
  const body: Record<string, unknown> = {};
  for (const name of known.length > 0 ? known : RFC_9457) {
    const value = MEMBERS[name]?.(name === "detail" && !known.includes("message") ? told(facts) : facts);
    if (value !== undefined) body[name] = value;
  }
  return body;
}

/** Without a member for the message, `detail` carries it. */
function told(facts: ProblemFacts): ProblemFacts {
  return { ...facts, detail: facts.detail ?? facts.message };
}
