import { expectTypeOf, test } from "vitest";
import type { Call, Result } from "../../../templates/client/src/runtime/call.js";
import type {
  ClientError,
  NotFoundError,
  RateLimitError,
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
  | ClientError;

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
    } else if (error.code === "unexpected_status") {
      expectTypeOf(error).toEqualTypeOf<StatusError<"unexpected_status">>();
      expectTypeOf(error.status).toEqualTypeOf<number>();
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
