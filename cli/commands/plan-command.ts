import type { Plan } from '../../contract/shapes/account-shapes.ts';
import type { CommandContext } from '../command-context.ts';
import { connectOperatorApi } from '../operator-api.ts';
import { fields, show } from '../show/show.ts';

export type PlanOptions = {
  readonly reference: string;
  readonly periodStart?: string;
  readonly renewal?: string;
  readonly json: boolean;
};

/** `holdfast plan set`: the plan "none" ends with the period. */
export async function setPlanCommand(
  context: CommandContext,
  account: string,
  plan: string,
  options: PlanOptions,
): Promise<void> {
  const api = await connectOperatorApi(context);
  const { reference, periodStart, renewal } = options;
  const { body, isReplay } = await api.json<Plan>(`/v1/accounts/${account}/plan`, {
    method: 'PUT',
    body: { plan: plan === 'none' ? null : plan, period_start: periodStart, reference, renewal },
  });
  const news = isReplay
    ? '\n(As it was answered first under this reference; plan show says how it is now.)'
    : '';
  show(body, options, () => linesOf(body) + news);
}

/** `holdfast plan show`. */
export async function showPlanCommand(
  context: CommandContext,
  account: string,
  options: { readonly json: boolean },
): Promise<void> {
  const api = await connectOperatorApi(context);
  const { body } = await api.json<Plan>(`/v1/accounts/${account}/plan`);
  show(body, options, () => linesOf(body));
}

function linesOf(plan: Plan): string {
  return fields([
    ['Plan', plan.plan],
    ['Period from', plan.period_start],
    ['Period to', plan.period_end],
    ['Next period', plan.next_plan],
    ['Renewal', plan.renewal],
  ]);
}
