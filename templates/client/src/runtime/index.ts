export type { Api, ApiDefinition, RateLimitStatus } from "./api.js";
export type { SecurityScheme } from "./auth.js";
export type { BasicSecret, SchemeSecret, Secret, SecretSource } from "./credentials.js";
export type { BinaryBody } from "./body.js";
export type { Clock } from "./clock.js";
export type { RateLimitState } from "./rate-limit-fields.js";
export { Call, type Answer, type Result } from "./call.js";
export { StreamError, type EventStream, type ServerEvent } from "./streams.js";
export * from "./errors.js";
export type { CallEvent, Emit, EventSubject, RuntimeEvent, StoreEvent } from "./events.js";
export type {
  CallContext,
  CallLifetime,
  Fetch,
  Layer,
  LayerFactory,
  LayerSetup,
  OutgoingRequest,
  Send,
} from "./layer.js";
export { ListCall } from "./list.js";
export type { Operation, Pagination } from "./operation.js";
export type { RateLimitWindow, RetryPolicy } from "./policy.js";
export type { ApiOptions, CallOptions, HeaderValue, RateLimitOptions } from "./options.js";
export type { BudgetSetup, Grant, RateLimitBudget, RateLimitStore, WindowUse } from "./rate-limit-store.js";
export type { WindowSnapshot } from "./rate-limiter.js";
export type { FetchOptions, LayerName, NamedLayer } from "./layer.js";
