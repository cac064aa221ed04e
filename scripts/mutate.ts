import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";

import { Command } from "commander";
import { Node, Project, SyntaxKind, type SourceFile } from "ts-morph";
import { createVitest, type Vitest } from "vitest/node";

/**
 * `npm run mutate`: breaks one place of a file at a time and runs the tests of its area. A mutant that no test notices is
 * printed: the tests say nothing about that place. Files are changed where they are, and put back.
 */
interface Area {
  readonly files: RegExp;
  readonly tests: readonly string[];
}

const AREAS: readonly Area[] = [
  { files: /^generator\/model\/.*\.ts$/, tests: ["test/model/"] },
  { files: /^generator\/source\/.*\.ts$/, tests: ["test/source/"] },
  { files: /^generator\/(config|output)\/.*\.ts$/, tests: ["test/output/", "test/config/"] },
  { files: /^templates\/server\/src\/.*\.ts$/, tests: ["test/templates/server/"] },
  {
    files: /^templates\/client\/src\/runtime\/.*\.ts$/,
    tests: ["test/templates/runtime/", "test/templates/faults/"],
  },
  {
    files: /^sandbox\/src\/(tasks|teams|people|visibility|documents|agents)\/.*\.ts$/,
    tests: ["test/sandbox/rules/"],
  },
];

/** A change of a file's text. */
interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly from: string;
}

interface Flags {
  readonly changed?: string;
  readonly minutes: string;
  readonly sample?: string;
  readonly atLeast: string;
}

/** What an operator becomes. */
const OPERATORS: Readonly<Partial<Record<SyntaxKind, string>>> = {
  [SyntaxKind.AmpersandAmpersandToken]: "||",
  [SyntaxKind.BarBarToken]: "&&",
  [SyntaxKind.EqualsEqualsEqualsToken]: "!==",
  [SyntaxKind.ExclamationEqualsEqualsToken]: "===",
  [SyntaxKind.LessThanToken]: "<=",
  [SyntaxKind.LessThanEqualsToken]: "<",
  [SyntaxKind.GreaterThanToken]: ">=",
  [SyntaxKind.GreaterThanEqualsToken]: ">",
  [SyntaxKind.PlusToken]: "-",
  [SyntaxKind.MinusToken]: "+",
};

function mutantsOf(source: SourceFile): Mutant[] {
  const file = relative(process.cwd(), source.getFilePath());
  const mutants: Mutant[] = [];
  const add = (node: Node, text: string): void => {
    const [start, end] = [node.getStart(), node.getEnd()];
    mutants.push({
      file,
      line: node.getStartLineNumber(),
      start,
      end,
      text,
      from: node.getText().slice(0, 60),
    });
  };
  source.forEachDescendant((node, traversal) => {
    // Types leave nothing to break at run time.
    if (Node.isTypeNode(node) || Node.isInterfaceDeclaration(node) || Node.isImportDeclaration(node))
      traversal.skip();
    else if (Node.isBinaryExpression(node)) {
      const operator = node.getOperatorToken();
      const other = OPERATORS[operator.getKind()];
      const isText = [node.getLeft(), node.getRight()].some((side) => /^["'`]/.test(side.getText()));
      if (other !== undefined && !(isText && operator.getKind() === SyntaxKind.PlusToken))
        add(operator, other);
    } else if (Node.isPrefixUnaryExpression(node) && node.getOperatorToken() === SyntaxKind.ExclamationToken)
      add(node, node.getOperand().getText());
    else if (Node.isTrueLiteral(node)) add(node, "false");
    else if (Node.isFalseLiteral(node)) add(node, "true");
    else if (Node.isNumericLiteral(node)) add(node, `(${node.getText()} + 1)`);
    else if (Node.isConditionalExpression(node))
      add(node.getCondition(), `!(${node.getCondition().getText()})`);
    else if (Node.isIfStatement(node)) add(node.getExpression(), `!(${node.getExpression().getText()})`);
    else if (Node.isExpressionStatement(node) && Node.isCallExpression(node.getExpression())) add(node, ";");
  });
  return mutants;
}

/** Whether any test of the area fails. */
async function isKilled(vitest: Vitest, mutant: Mutant, tests: readonly string[]): Promise<boolean> {
  const text = readFileSync(mutant.file, "utf8");
  try {
    writeFileSync(mutant.file, text.slice(0, mutant.start) + mutant.text + text.slice(mutant.end));
    vitest.invalidateFile(`${process.cwd()}/${mutant.file}`);
    const specifications = (await vitest.globTestSpecifications()).filter(({ moduleId }) =>
      tests.some((folder) => relative(process.cwd(), moduleId).startsWith(folder)),
    );
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
    return unhandledErrors.length > 0 || testModules.some((module) => !module.ok());
  } finally {
    writeFileSync(mutant.file, text);
    vitest.invalidateFile(`${process.cwd()}/${mutant.file}`);
  }
}

/** Every so many, spread over all files. */
function sampled(mutants: readonly Mutant[], size: number): Mutant[] {
  if (mutants.length <= size) return [...mutants];
  return Array.from(
    { length: size },
    (_, index) => mutants[Math.floor((index * mutants.length) / size)],
  ).filter((mutant) => mutant !== undefined);
}

async function main(paths: readonly string[], flags: Flags): Promise<void> {
  const changed =
    flags.changed === undefined
      ? undefined
      : execFileSync("git", ["diff", "--name-only", flags.changed], { encoding: "utf8" }).split("\n");
  const project = new Project({ tsConfigFilePath: "tsconfig.json" });
  const until = Date.now() + Number(flags.minutes) * 60_000;
  let [killed, survived] = [0, 0];
  for (const { files, tests } of AREAS) {
    const sources = project.getSourceFiles().filter((source) => {
      const path = relative(process.cwd(), source.getFilePath());
      const isChosen = paths.length === 0 || paths.some((each) => path.startsWith(each));
      return files.test(path) && isChosen && (changed === undefined || changed.includes(path));
    });
    const mutants = sampled(sources.flatMap(mutantsOf), Number(flags.sample ?? Infinity));
    if (mutants.length === 0) continue;
    const options = { watch: false, bail: 1, reporters: [{}], maxWorkers: 2, testTimeout: 20_000 };
    const vitest = await createVitest("test", options);
    for (const mutant of mutants) {
      if (Date.now() > until) break;
      if (await isKilled(vitest, mutant, tests)) killed += 1;
      else {
        survived += 1;
        console.log(`${mutant.file}:${mutant.line} survived: ${mutant.from} → ${mutant.text.slice(0, 60)}`);
      }
    }
    await vitest.close();
  }
  const share = killed + survived === 0 ? 100 : (100 * killed) / (killed + survived);
  console.log(`${killed} of ${killed + survived} mutants killed (${share.toFixed(0)} %)`);
  process.exit(share < Number(flags.atLeast) ? 1 : 0);
}

await new Command("npm run mutate --")
  .description("Break one place at a time, and tell which breaks no test notices")
  .argument("[paths...]", "files or folders; all areas unless given")
  .option("--changed <commit>", "only files that differ from this commit")
  .option("--minutes <n>", "stop after so long", "600")
  .option("--sample <n>", "at most so many mutants in each area, spread over its files")
  .option("--at-least <percent>", "end with 1 when fewer are killed", "0")
  .action(main)
  .parseAsync();
