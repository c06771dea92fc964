import { makingOf, modelNamed, type Model, type StageFile } from '../../domain/work/models.ts';
import { messageOf } from '../../domain/message-of.ts';
import type { Attempt } from '../../domain/work/attempt.ts';
import type { ModelWork } from '../../domain/work/reference-assets.ts';
import type { FileNames, Submission } from '../providers/provider.ts';

/** The result of a part of an earlier stage, named by its content. */
export type StageInput = StageFile & { readonly bytes: number };

/** The files for an attempt, and what its provider calls them. */
export type UploadedInputs = { readonly inputs: readonly StageInput[]; readonly names: FileNames };

export const NO_INPUTS: UploadedInputs = { inputs: [], names: new Map() };

type Input = Readonly<Record<string, unknown>>;

export type ModelInput = {
  /** The model and input of a submission. Throws RangeError when a function of the catalogue fails. */
  readonly of: (
    attempt: Attempt,
    work: ModelWork,
    uploaded: UploadedInputs,
  ) => Pick<Submission, 'model' | 'input'>;
  /** Those of the files that the input names: no other is uploaded. Throws likewise. */
  readonly files: (attempt: Attempt, work: ModelWork, inputs: readonly StageInput[]) => readonly string[];
};

/**
 * The input of a call, made by the catalogue's `toInput` of the stage or of the model. A model without one, or one that
 * is no longer in the catalogue, gets the work as it is.
 */
export function createModelInput(models: readonly Model[]): ModelInput {
  const made = (attempt: Attempt, work: ModelWork, inputs: readonly StageInput[]): Input => {
    const { part } = attempt;
    const name = attempt.takenOverBy ?? work.model;
    const model = name === undefined ? undefined : modelNamed(models, name);
    const stageToInput =
      part === null ? undefined : model && makingOf(model, work.kind)?.toInputs?.[part.name];
    const references = work.reference_assets ?? [];
    if (part !== null && stageToInput !== undefined) {
      return inputMadeBy(`the stage ${part.name}`, () =>
        stageToInput(work, { part: part.index, inputs, references }),
      );
    }
    const stage = part === null ? {} : stageOf(part, inputs);
    if (!model?.toInput) return { ...work, ...stage };
    const input = inputMadeBy(`the model ${model.name}`, () =>
      model.toInput?.(work, references, part?.name ?? null),
    );
    if (part === null && !model.isSandbox) return input;
    const { test_scenario } = work;
    const scenario = test_scenario === undefined ? {} : { test_scenario };
    return { ...input, ...scenario, ...stage };
  };
  return {
    of: (attempt, work, { inputs, names }) => ({
      model: attempt.model,
      input: withNames(made(attempt, work, inputs), names) as Input,
    }),
    files: (attempt, work, inputs) => [...textsIn(made(attempt, work, inputs))],
  };
}

/** How the stage is sent to a service that speaks our own protocol. */
function stageOf(part: NonNullable<Attempt['part']>, inputs: readonly StageInput[]): Input {
  const named = inputs.map(({ stage, part: number, contentType, sha256 }) => ({
    stage,
    part: number,
    content_type: contentType,
    sha256,
  }));
  return { stage: { name: part.name, part: part.index }, inputs: named };
}

/** The catalogue names a file by its SHA-256, wherever that stands in the input; the provider's name replaces it. */
function withNames(value: unknown, names: FileNames): unknown {
  if (names.size === 0) return value;
  if (typeof value === 'string') return names.get(value) ?? value;
  if (Array.isArray(value)) return value.map((entry: unknown) => withNames(entry, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withNames(entry, names)]));
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const entry of Object.values(value)) yield* textsIn(entry);
}

/**
 * The return value of a catalogue's function, as the JSON that is sent. Throws RangeError when it is not a plain
 * object: the same call would fail again, so nothing is submitted.
 */
function inputMadeBy(whose: string, toInput: () => unknown): Input {
  try {
    const made = toInput();
    if (!isPlainObject(made)) throw new TypeError('it returns no plain object');
    return JSON.parse(JSON.stringify(made)) as Input;
  } catch (error) {
    throw new RangeError(`toInput of ${whose} cannot be used: ${messageOf(error)}`, { cause: error });
  }
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
