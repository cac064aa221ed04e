import { expect, test } from "vitest";

import { createRedactor } from "../../../templates/client/src/runtime/redactor.js";

test.each<[secret: string, place: string, text: string, shown: string]>([
  ["sk_live_0123456789abcdef", "authorization", "no sk_live_0123456789abcdef!", "no [secret]!"],
  ["sk_live_0123456789abcdef", "authorization", "xsk_live_0123456789abcdefx", "x[secret]x"],
  ["a b/c 0123456789abcdefgh", "api_key", "?api_key=a%20b%2Fc%200123456789abcdefgh", "?api_key=[secret]"],
  ["key_12345", "x-api-key", "the key 'key_12345' is unknown", "the key '[secret]' is unknown"],
  ["key_12345", "x-api-key", "%22key_12345%22", "%22[secret]%22"],
  ["test1234", "x-api-key", "test12345 differs", "test12345 differs"],
  ["token", "authorization", "token_expired: the token has expired", "token_expired: the token has expired"],
  ["token", "authorization", "Authorization: Bearer token", "Authorization: Bearer [secret]"],
  ["task", "x-token-kind", "No task has this id.", "No task has this id."],
  ["task", "x-token-kind", '{"x-token-kind":"task"}', '{"x-token-kind":"[secret]"}'],
  ["pass", "sid", "Cookie: sid=pass; other=pass", "Cookie: sid=[secret]; other=pass"],
])("%s of %s in %s", (secret, place, text, shown) => {
  const redactor = createRedactor({});
  redactor.remember(secret, place);
  expect(redactor.redact(text)).toBe(shown);
});
