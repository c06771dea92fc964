import { useState } from 'preact/hooks';
import type { Account, Limits } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Button } from '../../shared/parts/button.tsx';
import { Field } from '../../shared/parts/field.tsx';
import { creditsText } from '../../shared/parts/money.tsx';
import { ActDialog } from '../act/act-dialog.tsx';
import { LimitsDialog } from './limits-dialog.tsx';

type Opened = 'grant' | 'freeze' | 'limits' | null;

/** What support can do about an account, each with a reason. */
export function AccountActions(props: {
  readonly of: { readonly about: Account; readonly limits: Limits };
  readonly onTold: () => void;
}) {
  const { about, limits } = props.of;
  const [opened, setOpened] = useState<Opened>(null);
  const rest = { onClose: () => setOpened(null), onTold: props.onTold };
  return (
    <>
      <div class="actions" role="group" aria-label="Actions">
        <Button onClick={() => setOpened('grant')}>Grant goodwill</Button>
        <Button onClick={() => setOpened('limits')}>Set limits</Button>
        <Button look={about.frozen ? 'plain' : 'danger'} onClick={() => setOpened('freeze')}>
          {about.frozen ? 'Unfreeze' : 'Freeze'}
        </Button>
      </div>
      {opened === 'grant' && <GoodwillDialog of={about} {...rest} />}
      {opened === 'freeze' && <FreezeDialog of={about} {...rest} />}
      {opened === 'limits' && <LimitsDialog of={about} limits={limits} {...rest} />}
    </>
  );
}

type DialogProps = {
  readonly of: Account;
  readonly onClose: () => void;
  readonly onTold: () => void;
};

function GoodwillDialog({ of, ...rest }: DialogProps) {
  const { client } = usePageParts();
  const [credits, setCredits] = useState('');
  return (
    <ActDialog
      of={{
        title: 'Grant goodwill',
        verb: 'Grant',
        asked: credits,
        isIncomplete: Number(credits) === 0,
        act: (reason, key) =>
          client.grants.create(of.id, {
            source: 'goodwill',
            credits: Number(credits),
            reference: `console-${key}`,
            reason,
          }),
        resultOf: (grant) => (
          <p>
            {creditsText(grant.amount)} credits were granted
            {grant.expires_at === null ? ', and do not end' : `, and end ${grant.expires_at.slice(0, 10)}`}.
          </p>
        ),
      }}
      {...rest}
    >
      <Field label="Credits">
        {(control) => (
          <input
            {...control}
            class="input"
            inputMode="numeric"
            maxLength={7}
            value={credits}
            onInput={(event) => setCredits(event.currentTarget.value.replace(/\D/g, ''))}
          />
        )}
      </Field>
    </ActDialog>
  );
}

function FreezeDialog({ of, ...rest }: DialogProps) {
  const { client } = usePageParts();
  const verb = of.frozen ? 'Unfreeze' : 'Freeze';
  return (
    <ActDialog
      of={{
        title: `${verb} this account`,
        verb,
        isDanger: !of.frozen,
        asked: verb,
        act: (reason) =>
          of.frozen ? client.accounts.unfreeze(of.id, reason) : client.accounts.freeze(of.id, reason),
        resultOf: ({ frozen }) => (
          <p>{frozen ? 'New spending is refused from now on.' : 'The account can spend again.'}</p>
        ),
      }}
      {...rest}
    >
      <p>
        {of.frozen
          ? 'New spending is allowed again.'
          : 'New spending is refused with a clear reason. Running jobs end as they are; returns and refunds work.'}
      </p>
    </ActDialog>
  );
}
