import { Command, CommanderError } from "commander";

import { artefacts } from "../artefacts/artefacts.js";

import type { BuildOptions } from "./request.js";
import { run } from "./run.js";
import type { LintOptions } from "./lint-command.js";
import type { ModelOptions } from "./model-command.js";

/** The commands, their options and their help. Each command's module is loaded when it is called. */
export function createProgram(version: string): Command {
  const program = new Command("specwright")
    .description("One OpenAPI spec in; a typed client, error types, a well-behaved runtime and docs out.")
    .version(version, "-v, --version")
    .showHelpAfterError("Run with --help to see what it takes.")
    .exitOverride();

  withBuildOptions(program.command("build"), "Generate what the config asks for, or a package from any spec")
    .option("--dry-run", "only show what would be written")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
Examples:
  specwright build                     what specwright.config.ts asks for
  specwright build --only docs         the docs alone
  specwright build --spec openapi.yaml --out client --name acme-client
                                       any team's spec, without a config

Artefacts that come with Specwright:
${artefacts.map(({ name, summary }) => `  ${name.padEnd(8)} ${summary}`).join("\n")}
A config may name others: artefacts: ["./my-artefact.ts"].

What has not changed is not written again. Files that Specwright did not write are never touched.
Exit codes: 0 done, 1 the spec or the output is wrong, 2 the command or the config is wrong.`,
    )
    .action((options: BuildOptions) =>
      run(options, async (console) => (await import("./build-command.js")).buildCommand(options, console)),
    );

  withBuildOptions(
    program.command("check"),
    "Fail when the output on disk is not what the spec gives; write nothing",
  )
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      "\nFor CI: a change of the spec that was not built, or an edited output file, ends with 1.",
    )
    .action((options: BuildOptions) =>
      run(options, async (console) => (await import("./check-command.js")).checkCommand(options, console)),
    );

  withBuildOptions(program.command("watch"), "Build, and build again when the spec changes")
    .addHelpText("after", "\nA broken spec is reported and leaves the last good output; Ctrl-C ends it.")
    .action((options: BuildOptions) =>
      run(options, async (console) => (await import("./watch-command.js")).watchCommand(options, console)),
    );

  program
    .command("lint")
    .description("Check a spec against the rules of its redocly.yaml, or those that every spec should keep")
    .argument("[file]", "the spec's root file; else the config's")
    .option("-c, --config <file>", "the config to use")
    .option("--json", "print the result as JSON")
    .option("--format <format>", "github (annotations of a workflow) or sarif")
    .addHelpText(
      "after",
      "\nredocly.yaml says which rules apply; .redocly.lint-ignore.yaml and x-lint-ignore leave out places.\n\nExamples:\n  specwright lint\n  specwright lint openapi.yaml --json\n  specwright lint --format sarif > lint.sarif",
    )
    .action((file: string | undefined, options: LintOptions) =>
      run(options, async (console) =>
        (await import("./lint-command.js")).lintCommand(file, options, console),
      ),
    );

  program
    .command("model")
    .description("Print the API model, from which everything is generated, as JSON")
    .option("-c, --config <file>", "the config to use")
    .option("--spec <file>", "the spec's root file; else the config's")
    .option("--overlay <file>", "an OpenAPI Overlay to apply; may be repeated", collect)
    .option("--schema", "print the JSON Schema of the model instead")
    .addHelpText("after", "\nExample:\n  specwright model --spec openapi.yaml | jq '.operations[].id'")
    .action((options: ModelOptions) =>
      run({ json: true }, async (console) =>
        (await import("./model-command.js")).modelCommand(options, console),
      ),
    );

  program
    .command("init")
    .description("Write a config and a small example spec into an empty folder")
    .argument("[dir]", "the folder; else this one")
    .option("--json", "print the result as JSON")
    .addHelpText("after", "\nExample:\n  specwright init my-api && cd my-api && npx specwright build")
    .action((dir: string | undefined, options: { json?: boolean }) =>
      run(options, async (console) => (await import("./init-command.js")).initCommand(dir, version, console)),
    );

  program
    .command("completion")
    .description("Print a script that completes commands and options in a shell")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText(
      "after",
      `
Examples:
  specwright completion bash >> ~/.bashrc
  specwright completion zsh >> ~/.zshrc
  specwright completion fish > ~/.config/fish/completions/specwright.fish`,
    )
    .action((shell: string) =>
      run({}, async (console) => {
        const { completionCommand } = await import("./completion-command.js");
        return completionCommand(shell, program, console);
      }),
    );
  return program;
}

function withBuildOptions(command: Command, description: string): Command {
  return command
    .description(description)
    .option("-c, --config <file>", "the config to use; else specwright.config.ts in this folder")
    .option(
      "--spec <file>",
      "a spec to build without a config, with --out and --name; a URL, or - for standard input",
    )
    .option("--header <header>", "a header for a spec that is read from a URL; may be repeated", collect)
    .option("--out <dir>", "the folder for the package")
    .option("--name <package>", "the package's npm name; the client class is named after it")
    .option(
      "--only <artefacts>",
      `${artefacts.map(({ name }) => name).join(", ")}, one of the config's, or several with commas`,
    )
    .option("--overlay <file>", "an OpenAPI Overlay to apply; may be repeated", collect)
    .option("-q, --quiet", "print nothing but warnings and errors");
}

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

/** The exit code of a call that commander itself ended: help and version are done, anything else is not right. */
export function exitCodeOf(error: unknown): number | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  return error.exitCode === 0 ? 0 : 2;
}
