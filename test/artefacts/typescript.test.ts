import fc from "fast-check";
import ts from "typescript";
import { describe, expect, it } from "vitest";

import { anyName } from "../support/any-name.js";
import { Imports } from "../../generator/kit/typescript/imports.js";
import {
  Code,
  code,
  importStatements,
  joined,
  typeFrom,
  valueFrom,
} from "../../generator/kit/typescript/code.js";
import { dataLiteral, propertyName, stringLiteral } from "../../generator/kit/typescript/literals.js";
import { tsdoc } from "../../generator/kit/typescript/tsdoc.js";

/** What a module of one constant evaluates to. */
function evaluate(expression: string): unknown {
  return new Function(`"use strict"; return (${expression});`)();
}

describe("literals", () => {
  it("evaluate to the value that they were made of", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.stringify(evaluate(dataLiteral(value)))).toBe(JSON.stringify(value));
      }),
    );
  });

  it("keep any text on its line", () => {
    fc.assert(
      fc.property(anyName, (text) => {
        expect(stringLiteral(text)).not.toMatch(/[\n\r\u2028\u2029]/);
        expect(evaluate(stringLiteral(text))).toBe(text);
      }),
    );
  });

  it("set no prototype", () => {
    expect(propertyName("__proto__")).toBe('["__proto__"]');
    expect(Object.keys(evaluate(dataLiteral(JSON.parse('{"__proto__":1}'))) as object)).toEqual([
      "__proto__",
    ]);
  });
});

describe("tsdoc", () => {
  it("cannot be ended by what it says", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyName, fc.constant("*/ evil() /*"))), (lines) => {
        const source = `${tsdoc(lines)}export const x = 1;`;
        const file = ts.createSourceFile("x.ts", source, ts.ScriptTarget.ES2022);
        expect(file.statements).toHaveLength(1);
      }),
    );
  });

  it("is one line where one is enough", () => {
    expect(tsdoc(["", "One.", ""])).toBe("/** One. */\n");
    expect(tsdoc(["One.", "", "Two."], "  ")).toBe("  /**\n   * One.\n   *\n   * Two.\n   */\n");
    expect(tsdoc([])).toBe("");
  });
});

describe("code", () => {
  it("carries what it imports, named from the module that it stands in", () => {
    const call = code`${valueFrom("./runtime/call.js", "call")}<${typeFrom("./types.js", "Task")}>("types.js")`;
    expect(String(call)).toBe('call<Task>("types.js")');
    expect(importStatements("./operations/tasks.ts", [{ deep: [call] }])).toBe(
      'import { call } from "../runtime/call.js";\nimport type { Task } from "../types.js";\n',
    );
    expect(importStatements("./types.ts", call)).toBe('import { call } from "./runtime/call.js";\n');
    expect(importStatements("./index.ts", valueFrom("openapi-fetch", "default", "create"))).toBe(
      'import { default as create } from "openapi-fetch";\n',
    );
  });

  it("leaves text alone, whatever it looks like", () => {
    const text = new Code('"Call<Task>" // it\'s one " quote');
    expect(importStatements("./a.ts", joined([text, "Call"], " "))).toBe("");
  });
});

describe("Imports", () => {
  it("writes one statement for each module, types marked beside values", () => {
    const imports = new Imports();
    imports.type("./b.js", "T");
    imports.value("./a.js", "v");
    imports.type("./a.js", "U");
    imports.type("./a.js", "v");
    expect(imports.toString()).toBe(
      'import { v, type U } from "./a.js";\nimport type { T } from "./b.js";\n',
    );
  });
});
