import { expect, test } from "vitest";

import { codeIn, reasonIn } from "../../../templates/client/src/runtime/reason.js";

/** Bodies as servers in use send them, by the framework or the standard that makes them. */
const BODIES: Readonly<Record<string, unknown>> = {
  "RFC 9457": { type: "about:blank", title: "Not Found", status: 404, detail: "No task has this id." },
  "RFC 9457, title alone": { type: "https://x.test/e", title: "You do not have enough credit." },
  "RFC 9457 with errors": {
    title: "Invalid",
    detail: "The body is invalid.",
    errors: [{ pointer: "/title", detail: "is required" }],
  },
  "a word": { error: "words of an error" },
  "an error's message": { error: { code: "x", message: "It is gone." } },
  "a list of texts": { errors: ["first", "second", "third", "fourth", "fifth"] },
  FastAPI: {
    detail: [{ type: "missing", loc: ["body", "name"], msg: "Field required", input: {} }],
  },
  "FastAPI, one": { detail: "Not authenticated" },
  NestJS: {
    statusCode: 400,
    message: ["name must be a string", "age must be positive"],
    error: "Bad Request",
  },
  "JSON:API": {
    errors: [
      {
        status: "422",
        code: "blank",
        title: "Invalid",
        source: { pointer: "/data/name" },
        detail: "Name is blank.",
      },
    ],
  },
  Cloudflare: { success: false, errors: [{ code: 1003, message: "Invalid zone." }], result: null },
  GraphQL: { errors: [{ message: "Not allowed.", path: ["me"], extensions: { code: "FORBIDDEN" } }] },
  AWS: { __type: "com.amazonaws#ThrottlingException", Message: "Rate exceeded" },
  Google: {
    error: {
      code: 400,
      status: "INVALID_ARGUMENT",
      message: "Request contains an invalid argument.",
      details: [{ "@type": "BadRequest", fieldViolations: [{ field: "name", description: "is empty" }] }],
    },
  },
  Spring: { timestamp: "2026-01-01", status: 404, error: "Not Found", message: "", path: "/x" },
  "Spring with fields": {
    status: 400,
    message: "Validation failed",
    errors: [{ field: "name", defaultMessage: "must not be blank" }],
  },
  OAuth: { error: "invalid_grant", error_description: "The refresh token has expired." },
  "OAuth, code alone": { error: "invalid_client" },
  msg: { code: 17, msg: "No such order." },
  fields: { fields: { name: "is too long", age: ["is no number"] } },
  Django: { name: ["This field is required."], age: ["A valid integer is required."] },
  Laravel: { message: "The given data was invalid.", errors: { email: ["The email is taken."] } },
  Salesforce: [{ message: "The id is malformed.", errorCode: "MALFORMED_ID", fields: [] }],
  Jira: { errorMessages: ["Issue does not exist."], errors: {} },
  Stripe: {
    error: { type: "card_error", code: "card_declined", message: "Your card was declined.", param: "number" },
  },
  Slack: { ok: false, error: "channel_not_found" },
  "no word of it": { id: "tsk_1", status: 7 },
  "no object": 17,
};

test("the reason and the code that a server gives, for each shape", () => {
  const lines = Object.entries(BODIES).map(([name, body]) => {
    const code = codeIn(body);
    return `${name}: ${code === undefined ? "" : `(${code}) `}${reasonIn(body, code)}`.trimEnd();
  });
  expect(`\n${lines.join("\n")}\n`).toMatchInlineSnapshot(`
    "
    RFC 9457: No task has this id.
    RFC 9457, title alone: You do not have enough credit.
    RFC 9457 with errors: The body is invalid. (title: is required)
    a word: words of an error
    an error's message: (x) It is gone.
    a list of texts: first; second; third; and 2 more
    FastAPI: body.name: Field required
    FastAPI, one: Not authenticated
    NestJS: name must be a string; age must be positive
    JSON:API: (blank) data.name: Name is blank.
    Cloudflare: Invalid zone.
    GraphQL: (FORBIDDEN) me: Not allowed.
    AWS: (ThrottlingException) Rate exceeded
    Google: (INVALID_ARGUMENT) Request contains an invalid argument. (name: is empty)
    Spring: Not Found
    Spring with fields: Validation failed (name: must not be blank)
    OAuth: (invalid_grant) The refresh token has expired.
    OAuth, code alone: (invalid_client)
    msg: No such order.
    fields: name: is too long; age: is no number
    Django: name: This field is required.; age: A valid integer is required.
    Laravel: The given data was invalid. (email: The email is taken.)
    Salesforce: (MALFORMED_ID) The id is malformed.
    Jira: Issue does not exist.
    Stripe: (card_declined) number: Your card was declined.
    Slack: (channel_not_found)
    no word of it:
    no object:
    "
  `);
});
