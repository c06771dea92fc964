import { ApplicationFailure } from '@temporalio/activity';
import type { SupportAsk } from '../../domain/support-command.ts';
import {
  commandJob,
  type CommandAnswer,
  type JobCommand,
  type LookUp,
} from '../../jobs/support/apply-support-command.ts';
import { fingerprintRequest } from '../../contract/fingerprint-request.ts';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import type { Database } from '../../ledger/database.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';

/** One question to a provider, inside a local activity. */
const LOOK_UP_TIMEOUT_MS = 5_000;

/** A command as a workflow has it, from an update of Temporal UI or of the API. */
export type WorkflowCommand = {
  readonly accountId: string;
  readonly jobId: string;
  readonly key: string;
  readonly fingerprint?: string | undefined;
  readonly actor: string;
  readonly reason: string;
  readonly ask: SupportAsk;
};

/**
 * Does what support asks through the job's workflow: the same function, under a key, as the API. Of what is said to have run the
 * provider is asked first, where it can be. Throws `idempotency_key_reused` for a key of another content.
 */
export function createObeySupport(database: Database, providers: ProviderRegistry) {
  return async function obeySupport(asked: WorkflowCommand): Promise<CommandAnswer> {
    const { ask, jobId } = asked;
    const fingerprint = asked.fingerprint ?? fingerprintRequest({ job_id: jobId, ...ask });
    const command: JobCommand = { ...asked, fingerprint, isRunning: true };
    let result = await commandJob(database, command);
    if (result.answer.outcome === 'look_up') {
      const lookUp = await askProvider(providers, result.answer, ask);
      result = await commandJob(database, { ...command, lookUp });
    }
    if (result.fingerprint !== fingerprint) {
      throw ApplicationFailure.nonRetryable(
        'this key was used for another command',
        'idempotency_key_reused',
      );
    }
    return result.answer;
  };
}

/** Whether the job that support names is of this attempt, by the provider's own record; which one is, when none is named. */
async function askProvider(
  providers: ProviderRegistry,
  { attempt, provider }: Extract<CommandAnswer, { readonly outcome: 'look_up' }>,
  ask: SupportAsk,
): Promise<LookUp> {
  const adapter = providers.get(provider);
  const named = ask.command === 'resolve' ? ask.provider_job_id : undefined;
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
