import { useState } from 'preact/hooks';
import type { Account, AccountPriceList, Limits } from '../../../client/http/wire-types.ts';
import { newKey } from '../../../client/http/new-key.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Button } from '../../shared/parts/button.tsx';
import { Field } from '../../shared/parts/field.tsx';
import { FigureField } from '../../shared/parts/figure-field.tsx';
import { figureOf } from '../../shared/parts/figure-of.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { creditsText } from '../../shared/parts/money.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import { NO_REASON_YET } from '../act/no-reason-yet.ts';
import { ActDialog, type ActDialogProps } from '../act/act-dialog.tsx';
import { LimitsDialog } from './limits-dialog.tsx';

type Opened = 'grant' | 'freeze' | 'unfreeze' | 'limits' | 'prices' | null;

/** Support's actions on an account. Each takes a reason. */
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
        <Button onClick={() => setOpened('prices')}>Set price list</Button>
        <Button
          look={about.frozen ? 'plain' : 'danger'}
          onClick={() => setOpened(about.frozen ? 'unfreeze' : 'freeze')}
        >
          {about.frozen ? 'Unfreeze' : 'Freeze'}
        </Button>
      </div>
      {opened === 'grant' && <GoodwillDialog of={about} {...rest} />}
      {(opened === 'freeze' || opened === 'unfreeze') && <FreezeDialog of={about} verb={opened} {...rest} />}
      {opened === 'prices' && <PriceListDialog of={about} {...rest} />}
      {opened === 'limits' && <LimitsDialog of={about} limits={limits} {...rest} />}
    </>
  );
}

type DialogProps = ActDialogProps<Account>;

/** More is no gesture of goodwill. */
const MAX_GOODWILL_DIGITS = 7;

function GoodwillDialog({ of, ...rest }: DialogProps) {
  const { client } = usePageParts();
  const [text, setText] = useState('');
  const figure = figureOf(text, MAX_GOODWILL_DIGITS);
  // Null: nothing that could be granted is written yet.
  const credits = typeof figure === 'number' && figure > 0 ? figure : null;
  const bodyOf = (reason: string, key: string) => ({
    ...{ source: 'goodwill' as const, credits: credits ?? 0, reference: `console-${key}`, reason },
  });
  return (
    <ActDialog
      of={{
        title: 'Grant goodwill',
        verb: 'Grant',
        isReasonShown: true,
        asked: text,
        preview:
          credits === null
            ? null
            : (signal) => client.grants.preview(of.id, bodyOf(NO_REASON_YET, newKey()), { signal }),
        act: (reason, { key, asOf }) => client.grants.create(of.id, { ...bodyOf(reason, key), as_of: asOf }),
        resultOf: (grant) => (
          <p>
            {creditsText(grant.amount)} credits were granted, and{' '}
            {grant.expires_at === null ? (
              'do not end'
            ) : (
              <>
                end <Instant at={grant.expires_at} as="day" />
              </>
            )}
            .
          </p>
        ),
      }}
      {...rest}
    >
      <FigureField label="Credits" least={1} maxDigits={MAX_GOODWILL_DIGITS} value={text} onText={setText} />
    </ActDialog>
  );
}

/** `verb` stays as chosen, even if another person has done it meanwhile. */
function FreezeDialog({ of, verb, ...rest }: DialogProps & { readonly verb: 'freeze' | 'unfreeze' }) {
  const { client } = usePageParts();
  const name = sentenceOf(verb);
  return (
    <ActDialog
      of={{
        title: `${name} this account`,
        verb: name,
        isDanger: verb === 'freeze',
        asked: verb,
        preview: (signal) => client.accounts.previewFreeze(of.id, verb, { signal }),
        act: (reason, { asOf }) => client.accounts[verb](of.id, reason, { asOf }),
        resultOf: ({ frozen }) => (
          <p>{frozen ? 'New spending is refused from now on.' : 'The account can spend again.'}</p>
        ),
      }}
      {...rest}
    />
  );
}

/** Sets the account's own price list by its name in the catalogue; empty: it has none of its own. */
function PriceListDialog({ of, ...rest }: DialogProps) {
  const { client } = usePageParts();
  const [name, setName] = useState('');
  const bodyOf = (reason: string) => ({ price_list: name.trim() === '' ? null : name.trim(), reason });
  return (
    <ActDialog<AccountPriceList>
      of={{
        title: 'Set price list',
        verb: 'Set price list',
        asked: name,
        preview: (signal) => client.accounts.previewPriceList(of.id, bodyOf(NO_REASON_YET), { signal }),
        act: (reason, { asOf }) => client.accounts.setPriceList(of.id, { ...bodyOf(reason), as_of: asOf }),
        resultOf: ({ applies }) => (
          <p>
            It is priced by {applies.name}, version {applies.version}, from now on.
          </p>
        ),
      }}
      {...rest}
    >
      <Field label="Its name in the catalogue" isOptional hint="Empty: the usual price list.">
        {(control) => (
          <input
            {...control}
            class="input"
            maxLength={100}
            spellcheck={false}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
    </ActDialog>
  );
}
