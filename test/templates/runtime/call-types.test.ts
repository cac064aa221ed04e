import { expectTypeOf, test } from "vitest";
import type { Call, Result } from "../../../templates/client/src/runtime/call.js";
import type {
  ClientError,
  ErrorStatus,
  NotFoundError,
  RateLimitError,
  ServerError,
  StatusError,
  TimeoutError,
} from "../../../templates/client/src/runtime/errors.js";
import type { ListCall } from "../../../templates/client/src/runtime/list.js";

interface Problem {
  readonly detail: string;
}

type FetchTaskError =
  | NotFoundError<"workspace_not_found" | "task_not_found", Problem>
  | RateLimitError<"rate_limited", Problem>
  | ClientError<404 | 429>;

test("a code narrows the error to its class, its status and its body", () => {
  const narrow = (result: Result<string, FetchTaskError>): void => {
    if (result.ok) {
      expectTypeOf(result.data).toEqualTypeOf<string>();
      return;
    }
    const { error } = result;
    if (error.code === "task_not_found") {
      expectTypeOf(error).toEqualTypeOf<NotFoundError<"workspace_not_found" | "task_not_found", Problem>>();
      expectTypeOf(error.status).toEqualTypeOf<404>();
      expectTypeOf(error.body.detail).toEqualTypeOf<string>();
    }
    if (error.code === "timeout") expectTypeOf(error).toEqualTypeOf<TimeoutError>();
  };
  expectTypeOf(narrow).returns.toBeVoid();
  expectTypeOf<"no_such_code">().not.toExtend<FetchTaskError["code"]>();
});

test("a call is a promise, a list one of its page and an iterator of its items", () => {
  expectTypeOf<Awaited<Call<string, FetchTaskError>>>().toEqualTypeOf<string>();
  expectTypeOf<ReturnType<Call<string, FetchTaskError>["safe"]>>().resolves.toEqualTypeOf<
    Result<string, FetchTaskError>
  >();
  type Tasks = ListCall<{ tasks: string[] }, string, FetchTaskError>;
  expectTypeOf<Awaited<Tasks>>().toEqualTypeOf<{ tasks: string[] }>();
  expectTypeOf<Tasks>().toExtend<AsyncIterable<string>>();
  // An error of one operation is no error of another.
  expectTypeOf<NotFoundError<"a">>().not.toExtend<NotFoundError<"b">>();
  expectTypeOf<NotFoundError<"a">>().not.toExtend<RateLimitError<"a">>();
});

type FetchDishError =
  | StatusError<string, { readonly price: number }, 402>
  | NotFoundError<string, { readonly why: string }>
  | ServerError<string, { readonly trace: string }, ErrorStatus<5>>
  | ClientError<402 | 404 | ErrorStatus<5>>;

test("a status narrows the error to its body, with or without codes, whatever its class", () => {
  const narrow = (error: FetchDishError): void => {
    if (error.status === 402) expectTypeOf(error.body).toEqualTypeOf<{ readonly price: number }>();
    if (error.status === 404) expectTypeOf(error.body).toEqualTypeOf<{ readonly why: string }>();
    if (error.status === 503) expectTypeOf(error.body).toEqualTypeOf<{ readonly trace: string }>();
    // Not declared: it may come all the same.
    if (error.status === 423) expectTypeOf(error.body).toEqualTypeOf<unknown>();
  };
  expectTypeOf(narrow).returns.toBeVoid();
  // Where the spec has a response for all other statuses, none is unexpected.
  expectTypeOf<Extract<ClientError<ErrorStatus>, { body: unknown }>>().toEqualTypeOf<never>();
});
