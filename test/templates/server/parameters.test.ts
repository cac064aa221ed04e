import { describe, expect, it } from "vitest";

import type { ParameterContract, Shape } from "../../../templates/server/src/runtime/contract.js";
import type { InvalidField } from "../../../templates/server/src/runtime/failure.js";
import {
  planParameters,
  readParameters,
  type Parameters,
} from "../../../templates/server/src/runtime/parameters.js";
import { nest, readValue } from "../../../templates/server/src/runtime/shapes.js";

function parameter(
  place: ParameterContract["in"],
  members: Partial<ParameterContract> = {},
): ParameterContract {
  const style = place === "query" || place === "cookie" ? "form" : "simple";
  return { name: "p", in: place, style, explode: style === "form", shape: "string", ...members };
}

interface Sent {
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Record<string, string>;
}

function read(
  parameters: readonly ParameterContract[],
  sent: Sent,
): { values: Parameters; errors: InvalidField[] } {
  const errors: InvalidField[] = [];
  const plan = planParameters(parameters);
  const headers = new Headers(sent.headers);
  const values = readParameters(plan, { p: sent.path ?? "" }, sent.query ?? "", headers, errors);
  return { values, errors };
}

const LIST: Shape = { items: "number" };
const OBJECT: Shape = { members: { a: "number", b: "boolean" } };

describe("a query parameter", () => {
  it.each<[string, Partial<ParameterContract>, string, unknown]>([
    ["a text", {}, "p=a%20b+c", "a b c"],
    ["a text with an equals sign", {}, "p=a=b", "a=b"],
    ["an empty text", {}, "p=", ""],
    ["a name alone", {}, "p", ""],
    ["a number", { shape: "number" }, "p=-1.5e3", -1500],
    ["what is no number", { shape: "number" }, "p=1_000", "1_000"],
    ["a number with a leading zero", { shape: "number" }, "p=007", "007"],
    ["a boolean", { shape: "boolean" }, "p=true", true],
    ["what is no boolean", { shape: "boolean" }, "p=TRUE", "TRUE"],
    ["either", { shape: "any" }, "p=false", false],
    ["a text given twice", {}, "p=a&p=b", ["a", "b"]],
    ["an exploded list", { shape: LIST }, "p=1&p=2", [1, 2]],
    ["an exploded list of one", { shape: LIST }, "p=1", [1]],
    ["an exploded list of one that holds a comma", { shape: { items: "string" } }, "p=a,b", ["a,b"]],
    ["a list with commas", { shape: { items: "string" }, explode: false }, "p=a,b%2Cc", ["a", "b,c"]],
    ["a list with spaces", { shape: LIST, explode: false, style: "spaceDelimited" }, "p=1%202+3", [1, 2, 3]],
    ["a list with pipes", { shape: LIST, explode: false, style: "pipeDelimited" }, "p=1|2%7C3", [1, 2, 3]],
    ["a list or one", { shape: { items: "string", or: "string" } }, "p=x", "x"],
    ["an object", { shape: OBJECT, explode: false }, "p=a,1,b,true", { a: 1, b: true }],
    ["an exploded object", { shape: OBJECT }, "a=1&b=true", { a: 1, b: true }],
    ["a deep object", { shape: OBJECT, style: "deepObject" }, "p[a]=1&p%5Bb%5D=false", { a: 1, b: false }],
    ["JSON", { isJson: true }, "p=%7B%22a%22%3A1%7D", { a: 1 }],
    ["the default", { default: 50 }, "", 50],
  ])("may be %s", (_, members, query, value) => {
    const { values, errors } = read([parameter("query", members)], { query });
    expect(errors).toEqual([]);
    expect(values.query["p"]).toEqual(value);
  });

  it.each<[string, Partial<ParameterContract>, string, string]>([
    ["another name", {}, "q=1", "unknown /query/q"],
    ["a name with a slash", {}, "a%2Fb=1", "unknown /query/a~1b"],
    ["a name of every object", {}, "__proto__=1", "unknown /query/__proto__"],
    ["brackets where none are read", {}, "p[a]=1", "unknown /query/p[a]"],
    ["an encoding that is none", {}, "p=%zz", "format /query/p"],
    ["JSON that is none", { isJson: true }, "p={", "format /query/p"],
  ])("with %s is refused", (_, members, query, error) => {
    const { errors } = read([parameter("query", members)], { query });
    expect(errors.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([error]);
  });

  it("may have any name where an object is open", () => {
    const shape: Shape = { members: { a: "number" }, others: "string" };
    const { values, errors } = read([parameter("query", { shape })], { query: "a=1&z=2" });
    expect(errors).toEqual([]);
    expect(values.query["p"]).toEqual({ a: 1, z: "2" });
  });

  it("has a default of its own for each request", () => {
    const shared = parameter("query", { shape: LIST, default: [1] });
    const first = read([shared], {}).values.query["p"];
    expect(first).toEqual([1]);
    expect(first).not.toBe(read([shared], {}).values.query["p"]);
  });
});

describe("other parameters", () => {
  it.each<[string, ParameterContract, Sent, unknown]>([
    ["a path value", parameter("path", { shape: "number" }), { path: "5" }, 5],
    ["a list in a path", parameter("path", { shape: LIST }), { path: "1,2" }, [1, 2]],
    ["a label", parameter("path", { style: "label", shape: "number" }), { path: ".5" }, 5],
    ["labels", parameter("path", { style: "label", explode: true, shape: LIST }), { path: ".1.2" }, [1, 2]],
    ["a matrix", parameter("path", { style: "matrix", shape: LIST }), { path: ";p=1,2" }, [1, 2]],
    [
      "matrices",
      parameter("path", { style: "matrix", explode: true, shape: LIST }),
      { path: ";p=1;p=2" },
      [1, 2],
    ],
    ["an object in a path", parameter("path", { shape: OBJECT }), { path: "a,1,b,true" }, { a: 1, b: true }],
    [
      "pairs in a path",
      parameter("path", { shape: OBJECT, explode: true }),
      { path: "a=1,b=true" },
      { a: 1, b: true },
    ],
    ["a header", parameter("header"), { headers: { P: "x" } }, "x"],
    ["a list in a header", parameter("header", { shape: LIST }), { headers: { P: "1, 2" } }, [1, 2]],
    ["a cookie", parameter("cookie", { shape: "number" }), { headers: { cookie: "o=1; p=2" } }, 2],
    ["no cookie", parameter("cookie"), { headers: { cookie: "pp=1" } }, undefined],
  ])("%s", (_, declared, sent, value) => {
    const { values, errors } = read([declared], sent);
    expect(errors).toEqual([]);
    expect(values[declared.in]["p"]).toEqual(value);
  });
});

describe("a form", () => {
  it("of nested members is put together again, and read by its shape", () => {
    const text = "a[b][c]=1&a[b][d]=true&e[]=1&e[]=2&f[0][g]=1&f[1][g]=2&h=x&h=y";
    const shape: Shape = {
      members: {
        a: { members: { b: { members: { c: "number", d: "boolean" } } } },
        e: { items: "number" },
        f: { items: { members: { g: "number" } } },
        h: { items: "string" },
      },
    };
    expect(readValue(shape, nest(new URLSearchParams(text)))).toEqual({
      a: { b: { c: 1, d: true } },
      e: [1, 2],
      f: [{ g: 1 }, { g: 2 }],
      h: ["x", "y"],
    });
  });

  it("cannot reach a prototype, and is no deeper than it may be", () => {
    const form = nest(new URLSearchParams("__proto__[polluted]=1&constructor[prototype][polluted]=1"));
    expect(Object.keys(form)).toEqual(["__proto__", "constructor"]);
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("polluted");
    const deep = nest([[`a${"[b]".repeat(10_000)}`, "1"]]);
    expect(JSON.stringify(deep).length).toBeLessThan(100);
  });
});
