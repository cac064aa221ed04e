import { escapedCode } from "./html.js";

/** Longer texts are shown as they are: colours would cost more than they tell. */
const MAX_LENGTH = 12_000;

type Rule = readonly [pattern: string, mark: string];

/** Strings, comments, keywords, numbers: `b` for keywords, `i` for strings, `u` for values, `s` for comments. */
const JSON_RULES: readonly Rule[] = [
  [String.raw`"(?:[^"\\\n]|\\.)*"(?=\s*:)`, "b"],
  [String.raw`"(?:[^"\\\n]|\\.)*"`, "i"],
  [String.raw`\b(?:true|false|null)\b|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b`, "u"],
];
const SHELL_RULES: readonly Rule[] = [
  [String.raw`(?<=^|\s)#[^\n]*`, "s"],
  [String.raw`"(?:[^"\\]|\\.)*"|'[^']*'`, "i"],
  [String.raw`(?<=^|\n|\| ?)(?:curl|npx|npm|node|export|cd|echo|cat)\b|(?<=\s)--?[A-Za-z][\w-]*`, "b"],
  [String.raw`\$\w+`, "u"],
];
const CODE_RULES: readonly Rule[] = [
  [String.raw`//[^\n]*|/\*[\s\S]*?\*/|(?<=^|\n)\s*#[^\n]*`, "s"],
  [String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|` + "`(?:[^`\\\\]|\\\\.)*`", "i"],
  [
    String.raw`\b(?:import|from|export|const|let|var|new|await|async|for|of|in|if|else|return|function|class|interface|type|extends|throw|try|catch|switch|case|def|self|require|use|using|package|func|public|static|void|final|end|do|echo|as|with)\b`,
    "b",
  ],
  [String.raw`\b(?:true|false|null|undefined|None|True|False|nil)\b|\b\d+(?:\.\d+)?\b`, "u"],
];
const YAML_RULES: readonly Rule[] = [
  [String.raw`(?<=^|\n|\s)#[^\n]*`, "s"],
  [String.raw`(?<=^|\n|\{ ?|, )\s*(?:- )?[\w./{}$-]+(?=:\s|:$|:\n)`, "b"],
  [String.raw`"(?:[^"\\\n]|\\.)*"|'[^'\n]*'`, "i"],
  [String.raw`\b(?:true|false|null)\b|(?<=[\s[{,])-?\d+(?:\.\d+)?\b`, "u"],
];

const LANGUAGES: readonly (readonly [names: RegExp, rules: readonly Rule[]])[] = [
  [/^(json|jsonc)$/i, JSON_RULES],
  [/^(sh|bash|shell|console|curl)$/i, SHELL_RULES],
  [/^(yaml|yml)$/i, YAML_RULES],
  [/^(text|txt|plain|http|xml|html)?$/i, []],
];

const scanners = new Map<readonly Rule[], RegExp>();

/** Code as HTML with its parts marked, done when the page is made so that none of it needs a script. */
export function highlighted(text: string, language: string): string {
  const rules = LANGUAGES.find(([names]) => names.test(language))?.[1] ?? CODE_RULES;
  if (rules.length === 0 || text.length > MAX_LENGTH) return escapedCode(text);
  let scanner = scanners.get(rules);
  if (!scanner) {
    scanner = new RegExp(rules.map(([pattern]) => `(${pattern})`).join("|"), "g");
    scanners.set(rules, scanner);
  }
  let html = "";
  let from = 0;
  for (const match of text.matchAll(scanner)) {
    const rule = rules[match.findIndex((group, index) => index > 0 && group !== undefined) - 1];
    const mark = rule?.[1] ?? "i";
    html += `${escapedCode(text.slice(from, match.index))}<${mark}>${escapedCode(match[0])}</${mark}>`;
    from = match.index + match[0].length;
  }
  return html + escapedCode(text.slice(from));
}
