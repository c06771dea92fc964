import type { Limits } from '../../contract/shapes/account-shapes.ts';
import type { CommandContext } from '../command-context.ts';
import { connectOperatorApi } from '../operator-api.ts';
import { isDryRun, type DryRunOptions } from '../dry-run.ts';
import { fields, show, shown } from '../show/show.ts';

export type LimitsOptions = {
  readonly maxConcurrentJobs?: number | null;
  readonly memberCredits?: number | null;
  readonly projectCredits?: number | null;
  readonly lowBalanceAt?: number | null;
  readonly reason: string;
} & DryRunOptions;

/** `holdfast limits show`. */
export async function showLimitsCommand(
  context: CommandContext,
  account: string,
  options: { readonly json: boolean },
): Promise<void> {
  const api = await connectOperatorApi(context);
  const { body } = await api.json<Limits>(`/v1/accounts/${account}/limits`);
  show(body, options, () => linesOf(body));
}

/** `holdfast limits set`: changes the named ones; others and overrides stay. */
export async function setLimitsCommand(
  context: CommandContext,
  account: string,
  options: LimitsOptions,
): Promise<void> {
  const api = await connectOperatorApi(context);
  const path = `/v1/accounts/${account}/limits`;
  const { body: held } = await api.json<Limits>(path);
  const chosen = (named: number | null | undefined, now: number | null) =>
    named === undefined ? now : named;
  const asked = {
    max_concurrent_jobs: chosen(options.maxConcurrentJobs, held.max_concurrent_jobs),
    member_credits_per_period: chosen(options.memberCredits, held.member_credits_per_period),
    project_credits_per_period: chosen(options.projectCredits, held.project_credits_per_period),
    low_balance_at: chosen(options.lowBalanceAt, held.low_balance_at),
    overrides: held.overrides,
    reason: options.reason,
  };
  if (await isDryRun(context, options, (holdfast) => holdfast.accounts.previewLimits(account, asked))) return;
  const { body } = await api.json<Limits>(path, { method: 'PUT', body: asked });
  show(body, options, () => linesOf(body));
}

function linesOf(limits: Limits): string {
  const limit = (value: number | null) => (value === null ? 'none' : shown(value));
  return fields([
    ['Jobs at a time', limit(limits.max_concurrent_jobs)],
    ['Credits of a member per period', limit(limits.member_credits_per_period)],
    ['Credits of a project per period', limit(limits.project_credits_per_period)],
    ['Notice of a balance below', limit(limits.low_balance_at)],
    ...limits.overrides.map(
      (one) =>
        [
          'member' in one ? `  member ${one.member}` : `  project ${one.project}`,
          limit(one.credits_per_period),
        ] as const,
    ),
  ]);
}
