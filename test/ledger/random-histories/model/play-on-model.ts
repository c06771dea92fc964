import type { Answer, ModelLedger } from './model-ledger.ts';
import type { PlanAnswer } from './model-plans.ts';
import type { Step } from './step.ts';

/** Plays a step on the model, item by item. */
export function playOnModel(model: ModelLedger, step: Step, now: number): Answer[] {
  switch (step.verb) {
    case 'grant':
      return step.items.map((item) => model.grant(item, now));
    case 'reserve':
      return step.units.flatMap((unit) => {
        const answer = model.reserve(unit, now);
        return unit.map(() => answer);
      });
    case 'spend':
      return step.items.map((item) => model.spend(item, now));
    case 'settle':
      return step.items.map((item) => model.settle(item, now));
    case 'refund':
      return step.items.map((item) => model.refund(item, now));
    case 'void':
      return step.items.map((item) => model.void(item.account, item.id, now));
    case 'open':
      return [[model.open(step.account, now, step.lowBalanceAt)]];
    case 'plan':
      return [answerOfPlan(model.setPlan(step.call, now))];
    case 'renew':
      return model.renew(step.accounts, now).map((outcome) => [outcome]);
    case 'refer':
      return [[model.refer(step.account, step.inviter, now)]];
    case 'limits':
      return [[model.setLimits(step.limits, now)]];
    case 'sweep':
      model.sweep(step.accounts, now);
      return [];
  }
}

function answerOfPlan({ outcome, isReplay, plan }: PlanAnswer): Answer {
  if (outcome !== 'set') return [outcome];
  if (plan === null) return ['set', isReplay, null, null, null, null, 'by_call'];
  return ['set', isReplay, plan.plan, plan.startsAt, plan.endsAt, plan.nextPlan, plan.renewal];
}
