import fc from "fast-check";

/** Names as hostile specs have them. */
export const anyName = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    "class",
    "delete",
    "__proto__",
    "constructor",
    "*/",
    "`${x}`",
    "a\nb",
    "../x",
    "",
    "1st",
    "日本",
    "then",
  ),
);
