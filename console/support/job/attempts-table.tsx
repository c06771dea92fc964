import type { Inspection } from '../../../client/http/wire-types.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Badge, sentenceOf, type Tone } from '../../shared/parts/state-badge.tsx';
import { Table, type Column } from '../../shared/parts/table.tsx';
import { IdText } from '../id-text.tsx';

type Attempt = Inspection['outputs'][number]['attempts'][number];

const TONES: Readonly<Record<Attempt['state'], Tone>> = {
  posting: 'active',
  accepted: 'active',
  rejected: 'bad',
  unknown: 'warning',
  collected: 'good',
  failed: 'bad',
  replaced: 'neutral',
  fenced: 'neutral',
};

/** In the words of the answer to “What did we try?”. */
const WORDS: Readonly<Record<Attempt['state'], string>> = {
  posting: 'Submitting',
  accepted: 'Running',
  rejected: 'Refused',
  unknown: 'Unknown',
  collected: 'Delivered',
  failed: 'Failed',
  replaced: 'Replaced',
  fenced: 'Stopped',
};

const COLUMNS: readonly Column<Attempt>[] = [
  {
    name: 'Attempt',
    cell: ({ stage, number }) => (
      <span class="nowrap">
        {sentenceOf(stage)} {number}
      </span>
    ),
  },
  {
    name: 'State',
    cell: ({ state, error_class: error, stopping_since: stopping }) => (
      <>
        <Badge tone={TONES[state]}>{WORDS[state]}</Badge>
        {error !== null && <div class="small muted">{sentenceOf(error)}</div>}
        {stopping !== null && <div class="small muted">Not seen to stop yet</div>}
      </>
    ),
  },
  {
    name: 'Provider',
    cell: ({ provider, model }) => (
      <>
        {provider} <div class="small muted mono">{model}</div>
      </>
    ),
  },
  { name: 'Provider’s id', cell: (attempt) => <ProviderJob of={attempt} /> },
  { name: 'Sent', cell: ({ posted_at: at }) => <Instant at={at} as="zoned" /> },
  { name: 'Took', isNumber: true, cell: tookText },
  { name: 'Cost', isNumber: true, cell: ({ cost }) => (cost === null ? '–' : `$${cost}`) },
  { name: 'Billed', cell: ({ billed }) => (billed === null ? '–' : sentenceOf(billed)) },
  { name: 'Our reference', cell: ({ reference }) => <IdText id={reference} /> },
];

export function AttemptsTable(props: { readonly outputId: string; readonly attempts: readonly Attempt[] }) {
  const { attempts, outputId } = props;
  if (attempts.length === 0) return <p class="muted">No attempt was made at any provider.</p>;
  return (
    <Table
      label={`Attempts of ${outputId}`}
      rows={attempts}
      nameOf={({ reference }) => reference}
      columns={COLUMNS}
    />
  );
}

/** The provider's job id, as a link if the job has a page at the provider. */
function ProviderJob({ of }: { readonly of: Attempt }) {
  const { provider_job_id: id, provider_page: page } = of;
  if (id === null) return <span class="muted">–</span>;
  if (page === null) return <IdText id={id} />;
  return (
    <a href={page} class="mono" target="_blank" rel="noreferrer">
      {id.replace(/^https:\/\//, '')} ↗
    </a>
  );
}

function tookText({ posted_at: from, resolved_at: to }: Attempt): string {
  if (to === null) return '–';
  const seconds = (Date.parse(to) - Date.parse(from)) / 1_000;
  return seconds < 90 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
}
