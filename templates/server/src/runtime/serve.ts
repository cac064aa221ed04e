import { readBody } from "./body.js";
import type { ServerOptions } from "./call.js";
import type { BodyContract, Contract, OperationContract } from "./contract.js";
import { Failure, type FailureExtras, type InvalidField } from "./failure.js";
import { fieldErrors } from "./faults.js";
import type { AnyOutput } from "./handler.js";
import { planParameters, readParameters, type ParameterPlan, type Parameters } from "./parameters.js";
import { codeOfFault, problemOf } from "./problem.js";
import { RequestFault, type FaultKind } from "./request-fault.js";
import { Router } from "./router.js";
import type { RequestValidators } from "../../validators/validator.js";
import { CallStart, HandlerRequest, NO_CONTENT, type Content, type ServerCall } from "./server-call.js";
import { outputResponse, problemResponse } from "./write.js";

/** Answers a request. Web standard, so it runs wherever there is `Request` and `Response`. */
export type Server = (request: Request) => Promise<Response>;

/** What is emitted for one API. */
export interface ServedApi {
  readonly contract: Contract;
  readonly validators: Readonly<Record<string, RequestValidators>>;
  /** Loads the check of responses, which production does without. */
  readonly loadCheck: () => Promise<
    (operation: OperationContract, response: Response, isHead: boolean) => Promise<void>
  >;
}

/** A handler, as the server sees it. */
type AnyHandler<Context> = (input: object, context: Context) => AnyOutput | Promise<AnyOutput>;

const DEFAULT_MAX_BYTES = 1_048_576;

/** Puts routing, layers, validation and handlers together. */
export function serve<Context>(api: ServedApi, handlers: object, options: ServerOptions<Context>): Server {
  // The emitted `createServer` takes a handler of the right type for every operation.
  const server = new ContractServer(api, handlers as Readonly<Record<string, AnyHandler<Context>>>, options);
  return (request) => server.answer(request);
}

/** An operation with what is prepared for it once. */
interface Route<Context> extends Pick<OperationContract, "method" | "path"> {
  readonly operation: OperationContract;
  readonly plan: ParameterPlan;
  readonly validators: RequestValidators;
  readonly handler: AnyHandler<Context>;
}

class ContractServer<Context> {
  readonly #api: ServedApi;
  readonly #options: ServerOptions<Context>;
  readonly #router: Router<Route<Context>>;
  readonly #basePath: string;
  readonly #createId: (request: Request) => string;

  constructor(
    api: ServedApi,
    handlers: Readonly<Record<string, AnyHandler<Context>>>,
    options: ServerOptions<Context>,
  ) {
    this.#api = api;
    this.#options = options;
    this.#basePath = options.basePath ?? api.contract.basePath;
    this.#createId = options.requestId?.create ?? (() => crypto.randomUUID());
    const routes = Object.values(api.contract.operations).map((operation): Route<Context> => {
      const handler = handlers[operation.id];
      if (!handler) throw new TypeError(`There is no handler for ${operation.id}.`);
      const { id, method, path, parameters } = operation;
      const plan = planParameters(parameters);
      return { operation, method, path, plan, validators: api.validators[id] ?? {}, handler };
    });
    this.#router = new Router(routes);
  }

  async answer(request: Request): Promise<Response> {
    const { path, search } = partsOf(request.url);
    const isBelow = path.startsWith(this.#basePath);
    const routed = isBelow
      ? this.#router.match(request.method, path.slice(this.#basePath.length))
      : undefined;
    const isHead = request.method === "HEAD";
    if (routed?.kind !== "match") {
      const requestId = this.#createId(request);
      return this.#finished(this.#unrouted(routed, path, requestId), { requestId }, isHead);
    }
    const { operation: route, params } = routed;
    const respond = (error: unknown): Response =>
      this.#failed(error, route.operation, path, start.requestId, call);
    const start = new CallStart(route.operation, request, params, respond, this.#createId);
    let call: ServerCall<Context> | undefined;
    let answer: Response;
    try {
      call = Object.assign(start, { context: await this.#options.context(start) });
      answer = await this.#outer(route, call, search, 0);
    } catch (error) {
      answer = respond(error);
    }
    const response = this.#finished(answer, start, isHead);
    if (this.#options.checkResponses === true) {
      const check = await this.#api.loadCheck();
      await check(route.operation, response, isHead);
    }
    return response;
  }

  /** The outer layers from `index` on; whatever fails in them or below is a response. */
  async #outer(
    route: Route<Context>,
    call: ServerCall<Context>,
    search: string,
    index: number,
  ): Promise<Response> {
    try {
      const layer = this.#options.outer?.[index];
      if (layer) return await layer(call, () => this.#outer(route, call, search, index + 1));
      const parameters = this.#parameters(route, call, search);
      const { body } = route.operation;
      const content = body ? await this.#body(route, body, call) : NO_CONTENT;
      const input = new HandlerRequest(parameters, content, call.request);
      call.input = input;
      return await this.#inner(route, call, input, 0);
    } catch (error) {
      return call.respond(error);
    }
  }

  async #inner(
    route: Route<Context>,
    call: ServerCall<Context>,
    input: HandlerRequest,
    index: number,
  ): Promise<Response> {
    const layer = this.#options.inner?.[index];
    if (layer) return layer(call, () => this.#inner(route, call, input, index + 1));
    return outputResponse(route.operation, await route.handler(input, call.context));
  }

  #parameters(route: Route<Context>, call: ServerCall<Context>, search: string): Parameters {
    const errors: InvalidField[] = [];
    const parameters = readParameters(route.plan, call.params, search, call.request.headers, errors);
    const wrong =
      this.#options.unknownQuery === "ignore" ? errors.filter(({ code }) => code !== "unknown") : errors;
    const validator = route.validators.parameters;
    if (validator && !validator(parameters)) wrong.push(...fieldErrors(validator.errors ?? []));
    if (wrong.length > 0) throw new RequestFault("parameter", summary("parameter", wrong), { errors: wrong });
    return parameters;
  }

  async #body(route: Route<Context>, declared: BodyContract, call: ServerCall<Context>): Promise<Content> {
    const maxBytes = this.#options.maxBodyBytes ?? DEFAULT_MAX_BYTES;
    const { content, value, raw } = await readBody(declared, call.request, maxBytes);
    const validate = content && route.validators.body?.[content.mediaType];
    if (validate && !validate(value)) {
      const faults = fieldErrors(validate.errors ?? []);
      throw new RequestFault("validation", summary("member", faults), { errors: faults });
    }
    call.rawBody = raw;
    return { body: value, mediaType: content?.mediaType };
  }

  #unrouted(
    routed: ReturnType<Router<Route<Context>>["match"]> | undefined,
    path: string,
    requestId: string,
  ): Response {
    if (routed?.kind === "methodNotAllowed") {
      const allow = routed.allow.join(", ");
      const fault = new RequestFault("methodNotAllowed", `Use one of ${allow}.`, {
        headers: { Allow: allow },
      });
      return this.#failed(fault, undefined, path, requestId);
    }
    const fault =
      routed?.kind === "malformed"
        ? new RequestFault("parameter", "The path is not percent-encoded as it should be.")
        : new RequestFault("notFound", "There is nothing at this path.");
    return this.#failed(fault, undefined, path, requestId);
  }

  #failed(
    error: unknown,
    operation: OperationContract | undefined,
    instance: string,
    requestId: string,
    call?: ServerCall<Context>,
  ): Response {
    const failure = this.#failureOf(error, operation, call);
    const problem = problemOf(this.#api.contract, operation, failure, { instance, requestId });
    const { headers } = failure.extras;
    if (!this.#options.problem) return problemResponse(problem, headers);
    return problemResponse(problem, headers, this.#options.problem(problem.facts));
  }

  #failureOf(
    error: unknown,
    operation: OperationContract | undefined,
    call: ServerCall<Context> | undefined,
  ): { code: string | number; reason?: string | undefined; extras: FailureExtras } {
    if (error instanceof Failure) {
      const { code, extras } = error;
      const { errors = [] } = extras;
      return {
        code,
        reason: error.reason ?? (errors.length > 0 ? summary("member", errors) : undefined),
        extras,
      };
    }
    const failures: Readonly<Partial<Record<FaultKind, string | number>>> = this.#options.failures ?? {};
    if (error instanceof RequestFault) {
      return { code: codeOfFault(error, operation, failures), reason: error.message, extras: error.facts };
    }
    this.#options.onError?.(error, call);
    return { code: codeOfFault({ kind: "internal" }, operation, failures), extras: {} };
  }

  #finished(response: Response, call: Pick<CallStart, "requestId">, isHead: boolean): Response {
    const { header } = this.#options.requestId ?? {};
    const result = isHead ? new Response(null, response) : response;
    if (header !== undefined) result.headers.set(header, call.requestId);
    return result;
  }
}

/** The path and the query of a URL, without the cost of parsing all of it. */
function partsOf(url: string): { path: string; search: string } {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const hash = url.indexOf("#");
  const whole = start < 0 ? "/" : url.slice(start, hash < 0 ? undefined : hash);
  const query = whole.indexOf("?");
  return query < 0
    ? { path: whole, search: "" }
    : { path: whole.slice(0, query), search: whole.slice(query + 1) };
}

function summary(noun: string, errors: readonly InvalidField[]): string {
  const [first] = errors;
  if (first && errors.length === 1) {
    const name =
      first.pointer
        .split("/")
        .slice(noun === "member" ? 1 : 2)
        .join(".") || "the body";
    return `${name}: ${first.message}`;
  }
  return `${errors.length} ${noun}s need attention.`;
}
