import { useState } from 'preact/hooks';
import type { Account, Limits, Spender } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Field } from '../../shared/parts/field.tsx';
import { FigureField } from '../../shared/parts/figure-field.tsx';
import { figureOf } from '../../shared/parts/figure-of.ts';
import { NO_REASON_YET } from '../act/no-reason-yet.ts';
import { ActDialog, type ActDialogProps } from '../act/act-dialog.tsx';
import { counted } from '../../../domain/texts/counted.ts';

type Cap = Limits['overrides'][number];
type Named = Pick<Spender, 'type' | 'name'>;

/** How a member or a project is capped. */
const HOW = [
  { value: 'general', text: 'As all others' },
  { value: 'own', text: 'A cap of its own' },
  { value: 'none', text: 'No cap' },
] as const;
type How = (typeof HOW)[number]['value'];

const MAX_NAME = 64;

/** Sets the cap of one member or project. All other limits are sent as they are. `named` has an empty name: anyone. */
export function CapDialog(
  props: ActDialogProps<Account> & { readonly limits: Limits; readonly named: Named },
) {
  const { client } = usePageParts();
  const { of, limits: now, named, ...rest } = props;
  // The limits at the time of opening: changes by another person meanwhile are not taken over.
  const [limits] = useState(now);
  const [{ type, name }, setNamed] = useState(named);
  const own = limits.overrides.find((cap) => isOf(cap, named));
  const [how, setHow] = useState<How>(howOf(own));
  const [credits, setCredits] = useState(String(own?.credits_per_period ?? ''));
  const figure = figureOf(credits);
  const isComplete = name.trim() !== '' && (how !== 'own' || typeof figure === 'number');
  const body: Limits = {
    ...limits,
    overrides: [
      ...limits.overrides.filter((cap) => !isOf(cap, { type, name: name.trim() })),
      ...(how === 'general' ? [] : [capOf(type, name.trim(), how === 'none' ? null : (figure ?? 0))]),
    ],
  };
  return (
    <ActDialog
      of={{
        title: named.name === '' ? 'Set a cap' : `Set the cap of ${type} ${name}`,
        verb: 'Set cap',
        asked: JSON.stringify(body),
        preview: isComplete
          ? (signal) => client.accounts.previewLimits(of.id, { ...body, reason: NO_REASON_YET }, { signal })
          : null,
        act: (reason, { asOf }) => client.accounts.setLimits(of.id, { ...body, reason, as_of: asOf }),
        resultOf: ({ overrides }) => (
          <p>
            <bdi>{name}</bdi> {capText(overrides.find((cap) => isOf(cap, { type, name: name.trim() })))} from
            now on.
          </p>
        ),
      }}
      {...rest}
    >
      {named.name === '' && (
        <>
          <Field label="Type">
            {(control) => (
              <select
                {...control}
                class="input"
                value={type}
                onChange={({ currentTarget: { value } }) =>
                  setNamed({ name, type: value === 'project' ? 'project' : 'member' })
                }
              >
                <option value="member">Member</option>
                <option value="project">Project</option>
              </select>
            )}
          </Field>
          <Field label="Name" hint="As its jobs name it.">
            {(control) => (
              <input
                {...control}
                class="input"
                maxLength={MAX_NAME}
                spellcheck={false}
                value={name}
                onInput={(event) => setNamed({ type, name: event.currentTarget.value })}
              />
            )}
          </Field>
        </>
      )}
      <Field label="Cap">
        {(control) => (
          <select
            {...control}
            class="input"
            value={how}
            onChange={({ currentTarget: { value } }) =>
              setHow(HOW.find((each) => each.value === value)?.value ?? 'general')
            }
          >
            {HOW.map(({ value, text }) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      {how === 'own' && <FigureField label="Credits per period" value={credits} onText={setCredits} />}
    </ActDialog>
  );
}

const isOf = (cap: Cap, { type, name }: Named) =>
  type === 'member' ? 'member' in cap && cap.member === name : 'project' in cap && cap.project === name;

const capOf = (type: Spender['type'], name: string, credits_per_period: number | null): Cap =>
  type === 'member' ? { member: name, credits_per_period } : { project: name, credits_per_period };

function howOf(own: Cap | undefined): How {
  if (own === undefined) return 'own';
  return own.credits_per_period === null ? 'none' : 'own';
}

function capText(cap: Cap | undefined): string {
  if (cap === undefined) return 'is capped as all others are';
  const { credits_per_period: credits } = cap;
  return credits === null ? 'has no cap' : `may spend ${counted(credits, 'credit')} per period`;
}
