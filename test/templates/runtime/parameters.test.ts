import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Operation } from "../../../templates/client/src/runtime/operation.js";
import * as styles from "../../../templates/client/src/runtime/parameters.js";
import { operation } from "../../support/api-server.js";

const { writeParameter, writePath } = styles;

const color = { R: 100, G: 200 };
const list = ["blue", "black"];

type Place = Parameters<typeof writeParameter>[1];

/** The rows of the tables of OpenAPI 3.1.1, "Style Examples", and what they leave open. */
const rows: [place: Place, style: keyof typeof STYLES | undefined, value: unknown, written: string][] = [
  ["path", undefined, "blue", "blue"],
  ["path", undefined, list, "blue,black"],
  ["path", undefined, color, "R,100,G,200"],
  ["path", "simpleExploded", color, "R=100,G=200"],
  ["path", "label", "blue", ".blue"],
  ["path", "label", list, ".blue,black"],
  ["path", "label", color, ".R,100,G,200"],
  ["path", "labelExploded", list, ".blue.black"],
  ["path", "labelExploded", color, ".R=100.G=200"],
  ["path", "matrix", "", ";color"],
  ["path", "matrix", "blue", ";color=blue"],
  ["path", "matrix", list, ";color=blue,black"],
  ["path", "matrix", color, ";color=R,100,G,200"],
  ["path", "matrixExploded", list, ";color=blue;color=black"],
  ["path", "matrixExploded", color, ";R=100;G=200"],
  ["path", "jsonValue", { a: [1] }, "%7B%22a%22%3A%5B1%5D%7D"],
  ["query", undefined, "", "color="],
  ["query", undefined, "blue & black", "color=blue%20%26%20black"],
  ["query", undefined, list, "color=blue&color=black"],
  ["query", undefined, color, "R=100&G=200"],
  ["query", undefined, [], ""],
  ["query", undefined, [1, undefined, null, 2], "color=1&color=2"],
  ["query", undefined, new Date(0), "color=1970-01-01T00%3A00%3A00.000Z"],
  ["query", undefined, false, "color=false"],
  ["query", "commaSeparated", list, "color=blue,black"],
  ["query", "commaSeparated", ["a,b", "c"], "color=a%2Cb,c"],
  ["query", "commaSeparated", color, "color=R,100,G,200"],
  ["query", "commaSeparated", [], ""],
  ["query", "spaceSeparated", list, "color=blue%20black"],
  ["query", "spaceSeparated", color, "color=R%20100%20G%20200"],
  ["query", "pipeSeparated", list, "color=blue%7Cblack"],
  ["query", "pipeSeparated", color, "color=R%7C100%7CG%7C200"],
  ["query", "deepObject", color, "color%5BR%5D=100&color%5BG%5D=200"],
  ["query", "deepObject", list, "color%5B%5D=blue&color%5B%5D=black"],
  ["query", "deepObject", [{ a: 1 }, { a: 2 }], "color%5B0%5D%5Ba%5D=1&color%5B1%5D%5Ba%5D=2"],
  ["query", "deepObject", { a: { b: null, c: undefined } }, "color%5Ba%5D%5Bb%5D="],
  ["query", "deepObject", 5, "color=5"],
  ["query", "reserved", "a/b?c:d@e,f;g='h'", "color=a/b?c:d@e,f;g='h'"],
  ["query", "reserved", "a#b&c+d e%f%2F", "color=a%23b%26c%2Bd%20e%25f%2F"],
  ["query", "reservedCommaSeparated", ["a/b", "c"], "color=a/b,c"],
  ["query", "jsonValue", { a: "b" }, "color=%7B%22a%22%3A%22b%22%7D"],
  ["header", undefined, list, "blue,black"],
  ["header", "simpleExploded", color, "R=100,G=200"],
  ["header", "jsonValue", color, '{"R":100,"G":200}'],
  ["cookie", undefined, "a;b", "color=a%3Bb"],
];

const STYLES = {
  simpleExploded: styles.simpleExploded,
  label: styles.label,
  labelExploded: styles.labelExploded,
  matrix: styles.matrix,
  matrixExploded: styles.matrixExploded,
  commaSeparated: styles.commaSeparated,
  spaceSeparated: styles.spaceSeparated,
  pipeSeparated: styles.pipeSeparated,
  deepObject: styles.deepObject,
  reserved: styles.reserved,
  reservedCommaSeparated: styles.reservedCommaSeparated,
  jsonValue: styles.jsonValue,
};

function styled(place: Place, style: keyof typeof STYLES | undefined): Operation {
  return operation(style === undefined ? {} : { styles: { [`${place}:color`]: STYLES[style] } });
}

describe("parameters", () => {
  test.each(rows)("in %s, style %s: %j", (place, style, value, written) => {
    expect(writeParameter(styled(place, style), place, "color", value)).toBe(written);
  });

  test("are read back as they were by whoever reads URLs", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.string({ unit: "grapheme", minLength: 1 }),
        (value, name) => {
          const query = new URL(`http://x/?${writeParameter(operation(), "query", name, value)}`)
            .searchParams;
          expect([...query]).toEqual([[name, value]]);
        },
      ),
    );
  });

  test("in brackets are read back as they were", () => {
    const leaf = fc.oneof(fc.string({ unit: "grapheme" }), fc.integer().map(String));
    const key = fc.stringMatching(/^[a-z_]{1,8}$/);
    const tree = fc.dictionary(
      key,
      fc.oneof(leaf, fc.dictionary(key, leaf, { minKeys: 1 }), fc.array(leaf, { minLength: 1 })),
      {
        minKeys: 1,
      },
    );
    fc.assert(
      fc.property(tree, (value) => {
        const query = new URLSearchParams(
          writeParameter(styled("query", "deepObject"), "query", "color", value),
        );
        expect(readBrackets(query)).toEqual({ color: { ...value } });
      }),
    );
  });

  test("that cannot be written are refused by name, without their value", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    for (const value of [cyclic, new Date(Number.NaN), "\ud800 secret"]) {
      expect(() => writeParameter(styled("query", "deepObject"), "query", "color", value)).toThrow(
        /^the query parameter "color" is missing or has a value that cannot be sent$/,
      );
    }
  });
});

/** A reader of the brackets form, as Rack and qs are. */
function readBrackets(query: URLSearchParams): unknown {
  const root: Record<string, unknown> = {};
  for (const [name, value] of query) {
    const keys = name.replaceAll("]", "").split("[");
    let holder: Record<string, unknown> | unknown[] = root;
    for (const [index, key] of keys.entries()) {
      const isLast = index === keys.length - 1;
      const made: unknown = isLast ? value : keys[index + 1] === "" ? [] : {};
      if (Array.isArray(holder)) {
        holder.push(made);
        continue;
      }
      holder[key] ??= made;
      // Just made, or made by a name before with the same beginning.
      holder = holder[key] as Record<string, unknown>;
    }
  }
  return root;
}

describe("path values", () => {
  const path = (value: unknown, template = "/a/{id}/b"): string => {
    return writePath(operation({ path: template }), () => value);
  };

  test.each([
    ["a/b?c#d", "/a/a%2Fb%3Fc%23d/b"],
    ["%2e%2e%2f", "/a/%252e%252e%252f/b"],
    ["...", "/a/.../b"],
    ["..a", "/a/..a/b"],
    [" ", "/a/%20/b"],
    [0, "/a/0/b"],
  ])("%j stays in its segment", (value, written) => {
    expect(path(value)).toBe(written);
    expect(new URL(written, "http://x").pathname).toBe(written);
  });

  test.each(["..", ".", "%2e%2e", "%2E.", ".%2e", "", "a\0b", undefined, null, [], [".."]])(
    "%j is refused by name",
    (value) => {
      expect(() => path(value)).toThrow(
        /the path parameter "id" is missing or has a value that cannot be sent/,
      );
    },
  );

  test("are refused when they only make a dot segment together", () => {
    expect(() => path(".", "/a/{x}{y}/b")).toThrow(/"y"/);
    expect(() => path(".", "/a/.{x}/b")).toThrow(/"x"/);
    expect(path(".", "/a/{x}.json")).toBe("/a/..json");
  });

  test("never leave their segment, whatever they are", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.constantFrom("..", "%2e", "\\..\\", "//x")),
        (value) => {
          let written: string;
          try {
            written = path(value);
          } catch {
            return;
          }
          const { pathname, search, hash } = new URL(`http://x${written}`);
          expect([pathname.split("/").length, search, hash]).toEqual([4, "", ""]);
          expect(decodeURIComponent(pathname.split("/")[2] ?? "")).toBe(value);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
