import { format } from "oxfmt";

import type { EmittedFile } from "../kit/artefact.js";

/**
 * Formats emitted files. The formatter is part of the output: another version may write the same code another way.
 *
 * @throws Error when emitted code does not parse, which is a fault of an emitter, not of the spec.
 */
export async function formatFiles(files: readonly EmittedFile[]): Promise<EmittedFile[]> {
  return Promise.all(files.map(async (file) => (file.format === true ? formatted(file) : file)));
}

async function formatted(file: EmittedFile): Promise<EmittedFile> {
  const { code, errors } = await format(file.path, file.content, { printWidth: 110 });
  const [first] = errors;
  if (first)
    throw new Error(
      `The emitted file ${file.path} does not parse: ${first.message}\n${first.codeframe ?? ""}`,
    );
  return { ...file, content: code };
}
