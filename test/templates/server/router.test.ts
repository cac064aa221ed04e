import { describe, expect, it } from "vitest";

import { Router } from "../../../templates/server/src/runtime/router.js";

const PATHS = [
  "GET /",
  "GET /things",
  "POST /things",
  "GET /things/{id}",
  "DELETE /things/{id}",
  "GET /things/search",
  "GET /things/{id}/parts/{part}",
  "GET /things/search/parts/all",
  "GET /files/{name}.{format}",
  "GET /files/{name}",
  "POST /files/list",
  "GET /compare/{base}...{head}",
];
const router = new Router(
  PATHS.map((text) => {
    const [method = "", path = ""] = text.split(" ");
    return { method, path };
  }),
);

describe("a router", () => {
  it.each<[string, string, string, object]>([
    ["GET", "/", "/", {}],
    ["GET", "/things", "/things", {}],
    ["GET", "/things/1", "/things/{id}", { id: "1" }],
    ["GET", "/things/search", "/things/search", {}],
    ["DELETE", "/things/search", "/things/{id}", { id: "search" }],
    ["GET", "/things/search/parts/1", "/things/{id}/parts/{part}", { id: "search", part: "1" }],
    ["GET", "/things/search/parts/all", "/things/search/parts/all", {}],
    ["GET", "/things/a%2Fb", "/things/{id}", { id: "a/b" }],
    ["GET", "/things/..%2f..", "/things/{id}", { id: "../.." }],
    ["GET", "/things/%F0%9F%91%8D", "/things/{id}", { id: "👍" }],
    ["GET", "/things/__proto__", "/things/{id}", { id: "__proto__" }],
    ["GET", "/files/a.b.json", "/files/{name}.{format}", { name: "a", format: "b.json" }],
    ["GET", "/files/plain", "/files/{name}", { name: "plain" }],
    ["GET", "/files/list", "/files/{name}", { name: "list" }],
    ["GET", "/compare/v1...v2", "/compare/{base}...{head}", { base: "v1", head: "v2" }],
    ["HEAD", "/things/1", "/things/{id}", { id: "1" }],
  ])("leads %s %s to %s", (method, path, template, params) => {
    const routed = router.match(method, path);
    expect(routed.kind === "match" ? [routed.operation.path, routed.params] : routed).toEqual([
      template,
      params,
    ]);
  });

  it.each([
    ["GET", "/thing", { kind: "notFound" }],
    ["GET", "/things/", { kind: "notFound" }],
    ["GET", "//things", { kind: "notFound" }],
    ["GET", "/things/1/parts", { kind: "notFound" }],
    ["GET", "", { kind: "notFound" }],
    ["GET", "x/things", { kind: "notFound" }],
    ["GET", "/things/%zz", { kind: "malformed" }],
    ["PUT", "/things", { kind: "methodNotAllowed", allow: ["GET", "HEAD", "POST"] }],
    ["POST", "/things/search", { kind: "methodNotAllowed", allow: ["DELETE", "GET", "HEAD"] }],
    ["get", "/things", { kind: "methodNotAllowed", allow: ["GET", "HEAD", "POST"] }],
  ])("tells why %s %s leads nowhere", (method, path, outcome) => {
    expect(router.match(method, path)).toEqual(outcome);
  });
});
