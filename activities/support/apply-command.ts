import type { CommandAnswer, SupportCommand } from '../../contract/support-command.ts';
import {
  applySupportCommand,
  type LookUp,
  type SupportDeps,
} from '../../jobs/support/apply-support-command.ts';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';

/** The limit of one call to a provider, inside a local activity. */
const LOOK_UP_TIMEOUT_MS = 5_000;

/**
 * Applies a support command for a workflow, by the same function as the API. For an attempt that is said to have run
 * the provider is asked first, where it can be.
 */
export function createApplyCommand(deps: SupportDeps, providers: ProviderRegistry) {
  return async function applyCommand(accountId: string, command: SupportCommand): Promise<CommandAnswer> {
    const { answer } = await applySupportCommand(deps, accountId, command, { isRunning: true });
    if (answer.outcome !== 'look_up') return answer;
    const lookUp = await askProvider(providers, answer, command);
    const asked = await applySupportCommand(deps, accountId, command, { isRunning: true, lookUp });
    return asked.answer;
  };
}

/**
 * Whether the provider's job that support names belongs to this attempt, by the provider's record; without a name,
 * which one does.
 */
async function askProvider(
  providers: ProviderRegistry,
  { attempt, provider }: Extract<CommandAnswer, { readonly outcome: 'look_up' }>,
  command: SupportCommand,
): Promise<LookUp> {
  const adapter = providers.get(provider);
  const named = command.command === 'resolve' ? command.provider_job_id : undefined;
  if (named === undefined && adapter.capabilities.lookup === 'none') return { outcome: 'unsupported' };
  return withTimeLimit(LOOK_UP_TIMEOUT_MS, null, async (signal) => {
    if (named === undefined) return adapter.lookup(attempt, signal);
    const identity = await adapter.identify(named, signal);
    if (identity.outcome !== 'found') return identity;
    return identity.reference === attempt
      ? { outcome: 'found', providerJobId: named }
      : { outcome: 'not_ours' };
  });
}
