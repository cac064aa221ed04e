import type { Additions, EmittedFile } from "./kit/emitter.js";
import { isCurrent, rememberBuild } from "./output/build-cache.js";
import type { OutputPlan } from "./output/plan-output.js";
import type { ApiModel } from "./model/api-model.js";
import type { Diagnostic } from "./source/diagnostic.js";
import type { SourceDocument } from "./source/read-spec.js";

/** One folder to fill, and what goes into it. */
export interface OutputRequest {
  readonly folder: string;
  readonly artefacts: readonly {
    readonly emitter: string;
    /** Folder within the folder; empty: the folder itself. */
    readonly below: string;
    /** The npm name of the artefact's package, where it is not that of the build. */
    readonly packageName?: string;
  }[];
}

export interface BuildRequest {
  readonly spec: string;
  /** The spec as headers of emitted files name it. */
  readonly specName: string;
  readonly overlays: readonly string[];
  readonly isLinted: boolean;
  readonly packageName: string;
  readonly outputs: readonly OutputRequest[];
  readonly additions?: AdditionsRequest;
}

/** Hand-written code for the client: where it is, and what it becomes. */
export interface AdditionsRequest extends Omit<Additions, "files"> {
  readonly folder: string;
  /** Absolute paths. They are named here so that a new one makes an earlier build stale. */
  readonly files: readonly string[];
}

/** What a build found and did, or would do. */
export interface BuildReport {
  readonly diagnostics: readonly Diagnostic[];
  /** Empty where nothing had to be looked at, since no input has changed. */
  readonly plans: readonly OutputPlan[];
  readonly isSkipped: boolean;
  readonly counts?: { readonly operations: number; readonly schemas: number };
  /** Absolute paths of every file that was read. */
  readonly sources: readonly string[];
}

export interface BuildHooks {
  /** Is told of each phase as it begins. */
  readonly onPhase?: (phase: string) => void;
}

/**
 * From a spec to what would be written: source, model, emitters, formatter, each once. Nothing is written; see
 * `writeOutput`. Modules are loaded when they are needed, so that a build with nothing to do is quick.
 *
 * @throws SpecError when the spec cannot be used, EmitError when an addition cannot, OutputError when a folder cannot be
 * written to as asked.
 */
export async function planBuild(request: BuildRequest, hooks: BuildHooks = {}): Promise<BuildReport> {
  const phase = hooks.onPhase ?? (() => {});
  if (request.outputs.every(({ folder }) => isCurrent(folder, request))) {
    return { diagnostics: [], plans: [], isSkipped: true, sources: [] };
  }
  const { source, model, diagnostics } = await loadModel(request, phase);
  phase("Generating");
  const { emitters } = await import("./artefacts/emitters.js");
  const additions = await readRequestedAdditions(request.additions);
  const common = { specFile: request.specName, document: source.document, additions };
  const wanted = new Map(
    request.outputs.flatMap(({ artefacts }) =>
      artefacts.map((artefact) => [artefact.emitter, artefact.packageName ?? request.packageName] as const),
    ),
  );
  const emitted = new Map<string, readonly EmittedFile[]>();
  for (const emitter of emitters) {
    const packageName = wanted.get(emitter.name);
    if (packageName === undefined) continue;
    emitted.set(emitter.name, await emitter.emit(model, { ...common, packageName }));
  }
  phase("Formatting");
  const { formatFiles } = await import("./output/format.js");
  const { planOutput } = await import("./output/plan-output.js");
  const counts = { operations: model.operations.length, schemas: model.schemas.length };
  const plans: OutputPlan[] = [];
  for (const { folder, artefacts } of request.outputs) {
    const files = artefacts.flatMap(({ emitter, below }) =>
      (emitted.get(emitter) ?? []).map((file) =>
        below === "" ? file : { ...file, path: `${below}/${file.path}` },
      ),
    );
    plans.push(planOutput(folder, await formatFiles(files), { spec: source.hash, ...counts }));
  }
  return {
    diagnostics,
    plans,
    isSkipped: false,
    counts,
    sources: [...source.files, ...(request.additions?.files ?? [])],
  };
}

async function readRequestedAdditions(request: AdditionsRequest | undefined): Promise<Additions | undefined> {
  if (!request) return undefined;
  const { readAdditions } = await import("./source/read-additions.js");
  const { folder, files, methods, entries } = request;
  return { files: readAdditions(folder, files), methods, entries };
}

/** Writes what was planned, and remembers what it was made of. */
export async function carryOut(request: BuildRequest, report: BuildReport): Promise<void> {
  const { writeOutput } = await import("./output/write-output.js");
  for (const plan of report.plans) writeOutput(plan);
  for (const { folder } of request.outputs) {
    if (!report.isSkipped) rememberBuild(folder, request, report.sources);
  }
}

/** Reads, lints if asked, and models a spec. @throws SpecError when there is an error in it. */
export async function loadModel(
  request: Pick<BuildRequest, "spec" | "overlays" | "isLinted">,
  phase: (name: string) => void = () => {},
): Promise<{ source: SourceDocument; model: ApiModel; diagnostics: readonly Diagnostic[] }> {
  phase("Reading the spec");
  const { readSpec } = await import("./source/read-spec.js");
  const { SpecError } = await import("./source/diagnostic.js");
  const source = await readSpec(request.spec, { overlays: request.overlays });
  const diagnostics: Diagnostic[] = [...source.warnings];
  if (request.isLinted) {
    phase("Linting");
    const { lintSource } = await import("./source/lint.js");
    diagnostics.push(...(await lintSource(source)));
  }
  phase("Modelling");
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
