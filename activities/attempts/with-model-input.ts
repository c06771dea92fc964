import { makingOf, modelNamed, type Model } from '../../domain/models.ts';
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
      const { work } = prepared;
      const model = work?.model === undefined ? undefined : modelNamed(models, work.model);
      if (work === null || !model?.toInput) return prepared;
      const { test_scenario, reference_assets = [] } = work;
      const stages = makingOf(model, work.kind)?.stages ?? [];
      const stage = stages.find(({ name }) => name === stageNameOf(attempt.stage))?.name ?? null;
      const input = model.toInput(work, reference_assets, stage);
      const scenario = test_scenario === undefined ? {} : { test_scenario };
      return { ...prepared, work: { ...input, ...scenario, kind: kindOfInput(input, work.kind) } };
    },
  };
}

/** Of a part: `scenes_2` is of `scenes`. */
function stageNameOf(part: string): string {
  return part.split('_')[0] ?? part;
}

function kindOfInput({ kind }: Readonly<Record<string, unknown>>, workKind: string): string {
  return typeof kind === 'string' ? kind : workKind;
}
