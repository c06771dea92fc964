import { useState } from 'preact/hooks';
import type { Account, Limits } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { FigureField } from '../../shared/parts/figure-field.tsx';
import { figureOf } from '../../shared/parts/figure-of.ts';
import { creditsText } from '../../shared/parts/money.tsx';
import { NO_REASON_YET } from '../act/no-reason-yet.ts';
import { ActDialog, type ActDialogProps } from '../act/act-dialog.tsx';
import { LIMIT_NAMES, type LimitName } from './limit-names.ts';

/** Sets all limits of an account at once, as the API does. Caps of single members and projects stay as they are. */
export function LimitsDialog(props: ActDialogProps<Account> & { readonly limits: Limits }) {
  const { client } = usePageParts();
  const { of, limits: now, ...rest } = props;
  // The limits at the time of opening: changes by another person meanwhile are not taken over.
  const [limits] = useState(now);
  const [chosen, setChosen] = useState<Readonly<Record<LimitName, string>>>(() => ({
    max_concurrent_jobs: textOf(limits.max_concurrent_jobs),
    member_credits_per_period: textOf(limits.member_credits_per_period),
    project_credits_per_period: textOf(limits.project_credits_per_period),
    low_balance_at: textOf(limits.low_balance_at),
  }));
  const body: Limits = {
    max_concurrent_jobs: figureOf(chosen.max_concurrent_jobs) ?? null,
    member_credits_per_period: figureOf(chosen.member_credits_per_period) ?? null,
    project_credits_per_period: figureOf(chosen.project_credits_per_period) ?? null,
    low_balance_at: figureOf(chosen.low_balance_at) ?? null,
    overrides: limits.overrides,
  };
  const isComplete = LIMIT_NAMES.every(({ name }) => figureOf(chosen[name]) !== undefined);
  return (
    <ActDialog
      of={{
        title: 'Set limits',
        verb: 'Set limits',
        asked: JSON.stringify(body),
        preview: isComplete
          ? (signal) => client.accounts.previewLimits(of.id, { ...body, reason: NO_REASON_YET }, { signal })
          : null,
        act: (reason, { asOf }) => client.accounts.setLimits(of.id, { ...body, reason, as_of: asOf }),
        resultOf: (set) => <LimitsNow of={set} />,
      }}
      {...rest}
    >
      {LIMIT_NAMES.map(({ name, text }) => (
        <FigureField
          key={name}
          label={text}
          isOptional
          hint={name === 'low_balance_at' ? 'Empty: no notice.' : 'Empty: no limit.'}
          value={chosen[name]}
          onText={(text) => setChosen({ ...chosen, [name]: text })}
        />
      ))}
    </ActDialog>
  );
}

/** The limits as the server returned them. */
function LimitsNow({ of }: { readonly of: Limits }) {
  const held = LIMIT_NAMES.flatMap(({ name, text }) => {
    const limit = of[name];
    return limit === null ? [] : [`${text}: ${creditsText(limit)}`];
  });
  return <p>{held.length === 0 ? 'There is no limit from now on.' : `From now on: ${held.join('; ')}.`}</p>;
}

const textOf = (limit: number | null) => (limit === null ? '' : String(limit));
