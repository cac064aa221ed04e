import type { Command } from "commander";

import { UserError } from "../base/user-error.js";
import type { Console, ExitCode } from "./run.js";

/** `specwright completion`: a script for the shell, made from the commands themselves. */
export function completionCommand(shell: string, program: Command, { out }: Console): Promise<ExitCode> {
  const write = SHELLS[shell];
  if (!write) {
    throw new UserError(
      "usage",
      `There is no completion for "${shell}".`,
      `Choose from ${Object.keys(SHELLS).join(", ")}.`,
    );
  }
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description().replaceAll("'", "’"),
    options: command.options.flatMap(({ long, description }) => (long ? [{ long, description }] : [])),
  }));
  out.line(write(commands));
  return Promise.resolve(0);
}

interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly { readonly long: string; readonly description: string }[];
}

const SHELLS: Readonly<Record<string, (commands: readonly CompletedCommand[]) => string>> = {
  bash: (commands) => `_specwright() {
  local current="\${COMP_WORDS[COMP_CWORD]}"
  case "\${COMP_WORDS[1]}" in
${commands.map(({ name, options }) => `    ${name}) COMPREPLY=($(compgen -f -W "${options.map(({ long }) => long).join(" ")}" -- "$current")) ;;`).join("\n")}
    *) COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")}" -- "$current")) ;;
  esac
}
complete -F _specwright specwright`,
  zsh: (commands) => `#compdef specwright
_specwright() {
  if (( CURRENT == 2 )); then
    local -a commands=(${commands.map(({ name, description }) => `'${name}:${description}'`).join(" ")})
    _describe command commands
    return
  fi
  case "$words[2]" in
${commands.map(({ name, options }) => `    ${name}) compadd -- ${options.map(({ long }) => long).join(" ")} ;;`).join("\n")}
  esac
  _files
}
compdef _specwright specwright`,
  fish: (commands) =>
    commands
      .flatMap(({ name, description, options }) => [
        `complete -c specwright -n __fish_use_subcommand -a ${name} -d '${description}'`,
        ...options.map(
          ({ long, description: text }) =>
            `complete -c specwright -n '__fish_seen_subcommand_from ${name}' -l ${long.slice(2)} -d '${text.replaceAll("'", "’")}'`,
        ),
      ])
      .join("\n"),
};
