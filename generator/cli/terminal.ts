import { styleText } from "node:util";

/** Colours that the commands use. */
type Style = "red" | "yellow" | "green" | "bold" | "dim" | "cyan";

/** Where a command writes, and whether colour is welcome there: on a terminal, unless NO_COLOR says otherwise. */
export class Terminal {
  readonly #stream: NodeJS.WriteStream;
  readonly hasColour: boolean;
  readonly #isQuiet: boolean;

  constructor(
    stream: NodeJS.WriteStream,
    {
      isQuiet = false,
      environment = process.env,
    }: { isQuiet?: boolean; environment?: NodeJS.ProcessEnv } = {},
  ) {
    this.#stream = stream;
    this.#isQuiet = isQuiet;
    const forced = environment["FORCE_COLOR"];
    const isForced = forced !== undefined && forced !== "0" && forced !== "false";
    this.hasColour = isForced || (stream.isTTY && !environment["NO_COLOR"] && environment["TERM"] !== "dumb");
  }

  get isQuiet(): boolean {
    return this.#isQuiet;
  }

  style(style: Style, text: string): string {
    return this.hasColour ? styleText(style, text) : text;
  }

  line(text = ""): void {
    if (!this.#isQuiet) this.#stream.write(`${text}\n`);
  }

  /** Shows what is going on in a line of its own, which the next one replaces. Only on a terminal. */
  progress(text: string): void {
    if (this.#stream.isTTY) this.#stream.write(`\r\u001B[2K${text}`);
  }
}
