import { format } from "oxfmt";

import type { EmittedFile } from "../kit/artefact.js";

/** What the last run made of each file: under `watch`, most files come back as they were. */
let earlier: ReadonlyMap<string, { readonly content: string; readonly file: EmittedFile }> = new Map();

/**
 * Formats emitted files. The formatter is part of the output: another version may write the same code another way.
 *
 * @throws Error when emitted code does not parse, which is a fault of an artefact, not of the spec.
 */
export async function formatFiles(files: readonly EmittedFile[]): Promise<EmittedFile[]> {
  const next = new Map<string, { content: string; file: EmittedFile }>();
  const all = await Promise.all(
    files.map(async (file) => {
      if (file.format !== true) return file;
      const known = earlier.get(file.path);
      const done = known?.content === file.content ? known.file : await formatted(file);
      next.set(file.path, { content: file.content, file: done });
      return done;
    }),
  );
  earlier = new Map([...earlier, ...next]);
  return all;
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
