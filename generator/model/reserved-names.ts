/**
 * Names that no schema, operation or resource of an API may have, since emitted packages export them or use them as
 * globals. A test compares the list with what the templates export.
 */

/** Global types that emitted code uses. */
const GLOBAL_TYPES =
  "Array ArrayBuffer AsyncGenerator AsyncIterable AsyncIterator Blob Date Error File FormData Function Headers Iterable " +
  "Map NonNullable Number Object Omit Parameters Partial Pick Promise Readonly ReadonlyArray ReadableStream Record " +
  "Request Required Response ReturnType Set String Symbol Uint8Array Boolean URL Extract Exclude AbortSignal";

/** What the runtime of a client exports, and the rest of its index. */
const CLIENT_TYPES =
  "AbortError Answer Api ApiDefinition ApiError ApiOptions AuthenticationError BadRequestError BasicSecret BinaryBody " +
  "BudgetSetup Call CallContext CallEvent CallLifetime CallOptions ClientError Clock ConflictError ConnectionError " +
  "DecodeError Emit ErrorCode ErrorFacts EventStream EventSubject Fetch Grant HeaderValue Layer LayerFactory LayerSetup " +
  "ListCall NotFoundError Operation OutgoingRequest Pagination PayloadTooLargeError PermissionError " +
  "PreconditionFailedError RateLimitBudget RateLimitError RateLimitOptions RateLimitState RateLimitStatus RateLimitStore " +
  "RateLimitWaitError RateLimitWindow RequestError RequestOptions Result RetryPolicy RuntimeEvent SchemeSecret Secret " +
  "SecretSource SecurityScheme Send ServerError StatusError StoreEvent SuccessStatus ErrorStatus FetchOptions LayerName NamedLayer StreamError ServerEvent TimeoutError UnexpectedStatusError " +
  "UnsupportedMediaTypeError ValidationError WebhookName WebhookPayload WebhookPayloads WindowSnapshot WindowUse";

/** What the runtime of a server exports, and the rest of its index. */
const SERVER_TYPES =
  "CallInput Contract ContractError DeclaredHeaders ErrorCodeContract Fail Failure FailureExtras FaultKind Handler Handlers " +
  "HeaderContract BodyContentContract BodyContract InvalidField OperationContract OperationId PaginationContract " +
  "ParameterContract ProblemFacts RateLimitContract RateLimitWindowContract RequestBase ResponseContract RetryContract " +
  "SecurityAlternative SecuritySchemeContract Server ServerOptions Shape";

/** What openapi-typescript calls its types. */
const PATH_TYPES = "operations paths";

export const RESERVED_TYPES: readonly string[] = [
  ...new Set(`${GLOBAL_TYPES} ${CLIENT_TYPES} ${SERVER_TYPES} ${PATH_TYPES}`.split(" ")),
];

/** Values that emitted operations import or take as arguments. */
export const RESERVED_VALUES: readonly string[] = (
  "call list json form multipart text binary blob events jsonValue deepObject reserved reservedCommaSeparated commaSeparated " +
  "spaceSeparated pipeSeparated label labelExploded matrix matrixExploded simpleExploded decodeText cacheLayer createApi " +
  "policy api body query options"
).split(" ");
