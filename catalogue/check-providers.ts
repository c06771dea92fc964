import type { Model } from '../domain/work/models.ts';
import type { CatalogueFault } from './catalogue-error.ts';

/**
 * The faults of models whose provider this build has no adapter to: a misspelt name would leave them unoffered, silently. A known provider without an
 * address is none: its models wait for it.
 */
export function faultsOfProviders(
  models: readonly Model[],
  known: readonly string[],
): readonly CatalogueFault[] {
  return models.flatMap(({ provider, makes }, index) => {
    const at = `models[${String(index)}]`;
    const ofStages = Object.entries(makes).flatMap(([kind, { stages }]) =>
      (stages ?? []).map((stage, nth) => ({
        path: `${at}.makes.${kind}.stages[${String(nth)}].provider`,
        name: stage.provider,
      })),
    );
    return [
      { path: `${at}.provider`, name: provider },
      ...ofStages.filter(({ name }) => name !== provider),
    ].flatMap(({ path, name }) =>
      known.includes(name) ? [] : [{ path, fault: `no provider is named ${name}: ${known.join(', ')}` }],
    );
  });
}
