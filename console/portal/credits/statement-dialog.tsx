import { useState } from 'preact/hooks';
import { usePageParts } from '../../shared/data/page-context.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { Dialog } from '../../shared/parts/dialog.tsx';
import { Facts } from '../../shared/parts/facts.tsx';
import { Field } from '../../shared/parts/field.tsx';
import { Money } from '../../shared/parts/money.tsx';
import { Shown } from '../../shared/parts/notice.tsx';
import { SaveButton } from '../../shared/parts/save-button.tsx';

const DAY_MS = 86_400_000;
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The statement of a range of days: opening and closing balance and the sums between them, with the entries as CSV. */
export function StatementDialog({ onClose }: { readonly onClose: () => void }) {
  const { client } = usePageParts();
  const [from, setFrom] = useState(() => dayOf(Date.now() - 30 * DAY_MS));
  const [to, setTo] = useState(() => dayOf(Date.now()));
  const isBackwards = to !== '' && from > to;
  const range = rangeOf(from, to);
  const statement = useResource(`statement ${from} ${to}`, (signal) => client.statement(range, { signal }));
  return (
    <Dialog
      title="Statement"
      onClose={onClose}
      closeLabel="Close"
      actions={
        <SaveButton
          look="primary"
          call={{ path: '/v1/statement', query: range, headers: { accept: 'text/csv' } }}
          fileName={`credits-${from}-${to}.csv`}
        >
          Download CSV
        </SaveButton>
      }
    >
      <p class="muted small">The days are those of UTC.</p>
      <div class="pair">
        <Field label="From" fault={isBackwards ? 'This day is after the other one.' : null}>
          {(control) => (
            <input
              {...control}
              class="input"
              type="date"
              value={from}
              max={to}
              onInput={(event) => setFrom(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Up to and including">
          {(control) => (
            <input
              {...control}
              class="input"
              type="date"
              value={to}
              min={from}
              onInput={(event) => setTo(event.currentTarget.value)}
            />
          )}
        </Field>
      </div>
      {!isBackwards && (
        <Shown of={statement} label="The statement" lines={5}>
          {(of) => (
            <Facts
              of={[
                { name: 'Opening balance', value: <Money credits={of.opening} /> },
                { name: 'Credits added', value: <Money credits={of.sums.grant} isSigned /> },
                { name: 'Charged', value: <Money credits={0 - of.charged} isSigned /> },
                { name: 'Refunded', value: <Money credits={of.refunded} isSigned /> },
                of.sums.expire !== 0 && {
                  name: 'Expired',
                  value: <Money credits={of.sums.expire} isSigned />,
                },
                of.sums.void !== 0 && {
                  name: 'Taken back',
                  value: <Money credits={of.sums.void} isSigned />,
                },
                of.reserved_change !== 0 && {
                  name: 'Reserved for jobs',
                  value: <Money credits={of.reserved_change} isSigned />,
                },
                {
                  name: 'Closing balance',
                  value: (
                    <strong>
                      <Money credits={of.closing} isNamed />
                    </strong>
                  ),
                },
              ]}
            />
          )}
        </Shown>
      )}
    </Dialog>
  );
}

/** From the start of one UTC day to the end of another. A date that is not complete is left out. */
function rangeOf(from: string, to: string): { readonly from?: string; readonly to?: string } {
  const start = Date.parse(`${from}T00:00:00Z`);
  const end = Date.parse(`${to}T00:00:00Z`) + DAY_MS;
  return {
    ...(Number.isNaN(start) ? {} : { from: new Date(start).toISOString() }),
    // A range that ends in the future has no end, unless it begins there too.
    ...(Number.isNaN(end) || (end > Date.now() && !(start > Date.now()))
      ? {}
      : { to: new Date(end).toISOString() }),
  };
}
