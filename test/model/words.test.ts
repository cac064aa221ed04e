import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { millisecondsOf } from "../../generator/base/duration.js";
import { camelCase, singular, unique, wordsOf } from "../../generator/model/words.js";

describe("wordsOf", () => {
  const cases: [string, string[]][] = [
    ["listTeamMembers", ["list", "team", "members"]],
    ["HTTPError2", ["http", "error2"]],
    ["repos/get-content", ["repos", "get", "content"]],
    ["Straße café", ["straße", "café"]],
    ["ÜberPrüfung", ["über", "prüfung"]],
    ["सूची-बनाओ", ["सूची", "बनाओ"]],
    ["", []],
    ["--", []],
  ];
  it.each(cases)("splits %j", (name, words) => {
    expect(wordsOf(name)).toEqual(words);
  });

  it("gives the same words for every way to join them", () => {
    const word = fc.stringMatching(/^[a-z]{2,8}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        expect(wordsOf(camelCase(words))).toEqual(words);
        expect(wordsOf(words.join("_"))).toEqual(words);
        expect(wordsOf(words.join("-"))).toEqual(words);
      }),
    );
  });
});

describe("singular", () => {
  it.each([
    ["tasks", "task"],
    ["companies", "company"],
    ["boxes", "box"],
    ["status", "status"],
    ["statuses", "status"],
    ["responses", "response"],
    ["databases", "database"],
    ["licenses", "license"],
    ["addresses", "address"],
    ["videos", "video"],
    ["people", "person"],
    ["dns", "dns"],
    ["address", "address"],
  ])("of %s is %s", (plural, want) => {
    expect(singular(plural)).toBe(want);
  });
});

describe("unique", () => {
  it("never gives a name twice", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "a2", "b")), (names) => {
        const taken = new Set<string>();
        const given = names.map((name) => unique(name, taken));
        expect(new Set(given).size).toBe(given.length);
      }),
    );
  });
});

describe("millisecondsOf", () => {
  it.each([
    ["PT15M", 900_000],
    ["PT0.5S", 500],
    ["P1DT1H", 90_000_000],
    ["P", undefined],
    ["PT", undefined],
    ["15m", undefined],
    [900, undefined],
  ])("of %j is %j", (duration, want) => {
    expect(millisecondsOf(duration)).toBe(want);
  });
});
