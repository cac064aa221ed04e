import { dirname, relative, resolve, sep } from "node:path";

import { UserError, type Place } from "./base/user-error.js";
import type { Artefact, ArtefactError, EmittedFile } from "./kit/artefact.js";
import type { ApiModel } from "./model/api-model.js";
import { hashOfInputs, isCurrent, relativeSources, type BuildInputs } from "./output/inputs.js";
import type { OutputPlan } from "./output/plan-output.js";
import type { Diagnostic } from "./source/diagnostic.js";
import { listInputs, readInputs } from "./source/read-inputs.js";
import type { SourceDocument } from "./source/read-spec.js";
import type { RuleLevel } from "./source/lint-settings.js";
import type { Naming } from "./source/rename.js";

/** One artefact of a build: what makes it, with which options, and where it goes. */
export interface ArtefactRequest {
  readonly artefact: Artefact;
  readonly options: object;
  /** Absolute. */
  readonly folder: string;
  /** The artefact's place within the folder; the folder itself unless stated. */
  readonly below?: string;
  /** Files that define the artefact, where a user wrote it: their change makes its output stale. */
  readonly modules?: readonly string[];
  /** Whether the options are right. @throws UserError where they are not. */
  check?(): Promise<void>;
  /** Where an option, by its JSON Pointer, stands in the config. */
  locate?(option: string): Promise<Place | undefined>;
}

/** One spec, and what is made of it. */
export interface BuildRequest {
  /** Absolute path of the root file. */
  readonly spec: string;
  /** The spec as headers of emitted files name it. */
  readonly specName: string;
  readonly overlays: readonly string[];
  /** Headers for a spec that is read from a URL. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly isLinted: boolean;
  /** Levels of rules, over those of `redocly.yaml`. */
  readonly lintRules?: Readonly<Record<string, RuleLevel>>;
  /** Renames resources and methods, after what the spec itself says. */
  readonly naming?: Naming;
  /** Absolute path of the folder to which the artefacts' own inputs are relative. */
  readonly home: string;
  /** The config and what it imports: a change of one may change anything. */
  readonly configFiles?: readonly string[];
  /** Whether the config is right. @throws UserError where it is not. */
  check?(): Promise<void>;
  readonly artefacts: readonly ArtefactRequest[];
  /** All artefacts of the config where `artefacts` is a choice of them. */
  readonly allArtefacts?: readonly ArtefactRequest[];
  /** Folders, by the names of artefacts, whose files stand in for templates of the same name. Absolute. */
  readonly templates?: Readonly<Record<string, string>>;
}

/** What a build found and did, or would do. */
export interface BuildReport {
  readonly diagnostics: readonly Diagnostic[];
  /** Empty where nothing had to be looked at, since no input has changed. */
  readonly plans: readonly OutputPlan[];
  readonly isSkipped: boolean;
  /** Extensions of other tools that were read as ours. */
  readonly adopted?: SourceDocument["adopted"];
  readonly counts?: { readonly operations: number; readonly schemas: number };
  /** Absolute paths of every file that was read. */
  readonly sources: readonly string[];
}

export interface BuildHooks {
  /** Called with the name of each phase as it begins. */
  readonly onPhase?: (phase: string) => void;
}

/**
 * From a spec to what would be written: source, model, artefacts, formatter, each once. Nothing is written; see
 * {@link carryOut}. Modules are loaded when they are needed, so that a build with nothing to do is quick.
 *
 * @throws SpecError when the spec cannot be used, UserError when an artefact's options or a folder cannot.
 */
export async function planBuild(request: BuildRequest, hooks: BuildHooks = {}): Promise<BuildReport> {
  const phase = hooks.onPhase ?? (() => {});
  const folders = byFolder(request.artefacts);
  if (isDone(request, folders)) return { diagnostics: [], plans: [], isSkipped: true, sources: [] };
  await request.check?.();
  for (const artefact of request.artefacts) await artefact.check?.();
  const { source, model, diagnostics } = await loadModel(request, phase);
  phase("Generating");
  const emitted: (readonly [folder: string, files: readonly EmittedFile[]])[] = [];
  for (const artefact of request.artefacts) {
    const { folder, below = "" } = artefact;
    const files = await emit(request, artefact, model, source);
    const placed = below === "" ? files : files.map((file) => ({ ...file, path: `${below}/${file.path}` }));
    emitted.push([folder, placed]);
  }
  phase("Formatting");
  const { formatFiles } = await import("./output/format.js");
  const { planOutput } = await import("./output/plan-output.js");
  const plans: OutputPlan[] = [];
  for (const [folder, own] of folders) {
    const files = emitted.filter(([target]) => target === folder).flatMap(([, each]) => each);
    const sources = [...source.files, ...own.flatMap((artefact) => filesOf(request, artefact))];
    const inputs = inputsOf(request, folder, own);
    const names = relativeSources(inputs.home, [...sources, ...(request.configFiles ?? [])]);
    // What a file that is missing will say is not known: such a build is never taken for current.
    const hash = diagnostics.some(({ missing }) => missing) ? undefined : hashOfInputs(inputs, names);
    const provenance = hash === undefined ? {} : { inputs: hash, sources: names };
    plans.push(planOutput(folder, await formatFiles(files), provenance));
  }
  return {
    diagnostics,
    plans,
    isSkipped: false,
    adopted: source.adopted,
    counts: { operations: model.operations.length, schemas: model.schemas.length },
    sources: [...source.files, ...otherFilesOf(request)],
  };
}

function isDone(request: BuildRequest, folders: ReadonlyMap<string, readonly ArtefactRequest[]>): boolean {
  try {
    return [...folders].every(([folder, own]) => isCurrent(folder, inputsOf(request, folder, own)));
  } catch {
    return false; // options that are wrong name no inputs; they are refused by their check
  }
}

/** Absolute paths of all files besides the spec's own that shape the output of a build. */
export function otherFilesOf(request: BuildRequest): string[] {
  return [
    ...(request.configFiles ?? []),
    ...request.artefacts.flatMap((artefact) => filesOf(request, artefact)),
  ];
}

async function emit(
  request: BuildRequest,
  { artefact, options, locate }: ArtefactRequest,
  model: ApiModel,
  source: SourceDocument,
): Promise<readonly EmittedFile[]> {
  const { createKit } = await import("./kit/kit.js");
  const all = request.allArtefacts ?? request.artefacts;
  const kit = createKit({
    spec: { name: request.specName, document: source.document },
    artefacts: all.map((each) => ({ name: each.artefact.name, options: { ...each.options } })),
    files: (path) => readInputs(resolve(request.home, path)),
    templates: artefact.templates,
    replacements: request.templates?.[artefact.name],
  });
  try {
    return await artefact.emit(model, options, kit);
  } catch (error) {
    if (!isArtefactError(error)) throw error;
    const place = error.option === undefined ? undefined : await locate?.(error.option);
    throw new UserError("artefact", `${artefact.name}: ${error.message}`, error.remedy, place);
  }
}

/** An artefact of a package may have a class of its own copy of Specwright. */
function isArtefactError(error: unknown): error is ArtefactError {
  return error instanceof Error && error.name === "ArtefactError" && "remedy" in error;
}

/** The files that an artefact reads besides the spec, and those that define it. */
function filesOf(request: BuildRequest, { artefact, options, modules = [] }: ArtefactRequest): string[] {
  const inputs = artefact.inputs?.(options) ?? [];
  const templates = request.templates?.[artefact.name];
  const folders = templates === undefined ? inputs : [...inputs, templates];
  return [...folders.flatMap((path) => listInputs(resolve(request.home, path))), ...modules];
}

function byFolder(artefacts: readonly ArtefactRequest[]): Map<string, ArtefactRequest[]> {
  const folders = new Map<string, ArtefactRequest[]>();
  for (const artefact of artefacts)
    folders.set(artefact.folder, [...(folders.get(artefact.folder) ?? []), artefact]);
  return folders;
}

/** All that shapes the output in a folder besides the sources, without absolute paths. */
function inputsOf(request: BuildRequest, folder: string, own: readonly ArtefactRequest[]): BuildInputs {
  const home = dirname(request.spec);
  const named = (path: string): string => relative(home, path).split(sep).join("/");
  const all = request.allArtefacts ?? request.artefacts;
  const settings = {
    spec: [named(request.spec), request.specName],
    overlays: request.overlays.map(named),
    isLinted: request.isLinted,
    artefacts: own.map((artefact) => ({
      name: artefact.artefact.name,
      options: artefact.options,
      // A new file in a folder of inputs counts, too.
      files: filesOf(request, artefact).map(named),
    })),
    beside: all.map(({ artefact, options }) => [artefact.name, options]),
    folder: named(folder),
  };
  return { home, settings };
}

/** Writes what was planned. */
export async function carryOut(report: BuildReport): Promise<void> {
  const { writeOutput } = await import("./output/write-output.js");
  for (const plan of report.plans) writeOutput(plan);
}

/** Reads, lints if asked, and models a spec. @throws SpecError when there is an error in it. */
export async function loadModel(
  request: Pick<BuildRequest, "spec" | "overlays" | "headers" | "isLinted" | "lintRules" | "naming">,
  phase: (name: string) => void = () => {},
): Promise<{ source: SourceDocument; model: ApiModel; diagnostics: readonly Diagnostic[] }> {
  phase("Reading the spec");
  const { readSpec } = await import("./source/read-spec.js");
  const { SpecError } = await import("./source/diagnostic.js");
  const { overlays, headers = {} } = request;
  const source = await readSpec(request.spec, { overlays, headers });
  const diagnostics: Diagnostic[] = [];
  if (request.isLinted) {
    phase("Linting");
    const { lintSource } = await import("./source/lint.js");
    diagnostics.push(...(await lintSource(source, request.lintRules)));
  }
  // What the linter has told already, it has told more severely.
  const known = new Set(diagnostics.map(({ rule, message }) => `${rule} ${message}`));
  diagnostics.push(...source.findings.filter(({ rule, message }) => !known.has(`${rule} ${message}`)));
  phase("Modelling");
  if (request.naming) {
    const { rename } = await import("./source/rename.js");
    rename(source.document, request.naming);
  }
  const { buildModel } = await import("./model/build-model.js");
  const { model, findings } = buildModel(source);
  for (const { pointer, ...finding } of findings) {
    const location = source.locate(pointer);
    diagnostics.push({ ...finding, ...(location ? { location } : {}) });
  }
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new SpecError(errors);
  return { source, model, diagnostics };
}
