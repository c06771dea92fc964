import { makingOf, modelNamed, type Model } from '../../domain/models.ts';
import { messageOf } from '../../domain/message-of.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';

/**
 * Attempts whose work is what their model makes of it (`toInput` of the catalogue): an attempt is prepared with the input of its
 * provider's call. A model without one is given the work as it is; so is one that the catalogue has no longer.
 */
export function withModelInput(attempts: Attempts, models: readonly Model[]): Attempts {
  return {
    ...attempts,
    prepare: async (attempt) => {
      const prepared = await attempts.prepare(attempt);
      const { work, status } = prepared;
      const model = work?.model === undefined ? undefined : modelNamed(models, work.model);
      // An attempt that has begun is followed to its end, whatever has become of its catalogue.
      if (work === null || status !== null || !model?.toInput) return prepared;
      const { test_scenario, reference_assets = [] } = work;
      const stages = makingOf(model, work.kind)?.stages ?? [];
      const stage = stages.find(({ name }) => name === stageNameOf(attempt.stage))?.name ?? null;
      const input = inputMadeBy(model.name, () => model.toInput?.(work, reference_assets, stage));
      const scenario = test_scenario === undefined ? {} : { test_scenario };
      return { ...prepared, work: { ...input, ...scenario, kind: kindOfInput(input, work.kind) } };
    },
  };
}

/**
 * What a catalogue's function returns, as the JSON that is sent. Throws RangeError where it is none: the same call would fail again, and
 * nothing is submitted in its place.
 */
function inputMadeBy(model: string, toInput: () => unknown): Readonly<Record<string, unknown>> {
  try {
    const made = toInput();
    if (!isPlainObject(made)) throw new TypeError('it returns no plain object');
    return JSON.parse(JSON.stringify(made)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new RangeError(`toInput of the model ${model} cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Of a part: `scenes_2` is of `scenes`. */
function stageNameOf(part: string): string {
  return part.split('_')[0] ?? part;
}

function kindOfInput({ kind }: Readonly<Record<string, unknown>>, workKind: string): string {
  return typeof kind === 'string' ? kind : workKind;
}
