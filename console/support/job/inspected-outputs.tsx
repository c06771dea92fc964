import type { Inspection } from '../../../client/http/wire-types.ts';
import { Facts } from '../../shared/parts/facts.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { Money } from '../../shared/parts/money.tsx';
import { Notice } from '../../shared/parts/notice.tsx';
import { OutputView } from '../../shared/parts/output-view.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { sentenceOf, StateBadge } from '../../shared/parts/state-badge.tsx';
import { IdText } from '../id-text.tsx';
import { AskedFields } from './asked-fields.tsx';
import { AttemptsTable } from './attempts-table.tsx';
import { ReferencePictures } from './reference-pictures.tsx';
import { OutputLineage } from './output-lineage.tsx';
import { counted } from '../../../domain/texts/counted.ts';

type Inspected = Inspection['outputs'][number];

/** More outputs than this are folded. */
const MAX_OPEN = 3;

/** The job's outputs, each with its request, reservation and attempts. */
export function InspectedOutputs({ of }: { readonly of: Inspection }) {
  const { outputs, job, workflow } = of;
  return (
    <Section
      title={outputs.length === 1 ? 'Output' : counted(outputs.length, 'output')}
      aside={
        <span class="row small muted">
          Workflow {workflow.state === 'not_running' ? 'has ended' : workflow.state}
          {job.links.temporal !== undefined && (
            <a href={job.links.temporal} target="_blank" rel="noreferrer">
              Temporal UI ↗
            </a>
          )}
        </span>
      }
    >
      {outputs.map((output) => (
        <details key={output.id} class="card output-record" open={outputs.length <= MAX_OPEN}>
          <summary class="output-summary">
            <StateBadge state={output.state} />
            <span class="mono small output-id">{output.id}</span>
            <span class="muted small">
              <Money credits={output.reservation.amount} isNamed />
            </span>
          </summary>
          <OutputRecord
            kind={job.kind}
            isOneOfSome={outputs.length > 1}
            inspected={output}
            output={job.outputs.find(({ id }) => id === output.id)}
          />
        </details>
      ))}
    </Section>
  );
}

const RESERVATION_WORDS: Readonly<Record<Inspected['reservation']['state'], string>> = {
  open: 'Open',
  committed: 'Charged',
  released: 'Returned',
};

function OutputRecord(props: {
  /** Of the job. */
  readonly kind: string;
  readonly isOneOfSome: boolean;
  readonly inspected: Inspected;
  /** The same output as the customer sees it. */
  readonly output: Inspection['job']['outputs'][number] | undefined;
}) {
  const { inspected, output } = props;
  const { reservation, repair, next_automatic_action: next } = inspected;
  const failure = output?.failure ?? null;
  const { reference_asset_urls: urls, ...brief } = inspected.brief ?? {};
  return (
    <div class="stack">
      {failure !== null && (
        <Notice tone="bad" title={sentenceOf(failure.code)}>
          <p>
            {failure.detail} <span class="muted">At fault: {failure.at_fault}.</span>
          </p>
        </Notice>
      )}
      {repair !== null && (
        <Notice tone="warning" title="In the repair queue">
          <p>
            {repair.why} ({counted(repair.tries, 'try', 'tries')}, last <Instant at={repair.last_seen_at} />)
          </p>
        </Notice>
      )}
      <div class="columns">
        <div>
          <h3>What was asked</h3>
          <AskedFields
            kind={props.kind}
            of={{ ...brief, instruction: inspected.instruction, ...inspected.asked }}
          />
          {Array.isArray(urls) && urls.length > 0 && (
            <div class="made">
              <h3>References</h3>
              <ReferencePictures outputId={inspected.id} />
            </div>
          )}
          <OutputLineage outputId={inspected.id} />
          {output !== undefined && output.content_url !== null && (
            <div class="made">
              <h3>What was made</h3>
              <OutputView output={output} label="The output" />
            </div>
          )}
        </div>
        <div>
          <h3>Reservation</h3>
          <Facts
            of={[
              { name: 'Id', value: <IdText id={reservation.id} /> },
              { name: 'State', value: RESERVATION_WORDS[reservation.state] },
              { name: 'Charged', value: <Money credits={reservation.committed} /> },
              { name: 'Returned', value: <Money credits={reservation.released} /> },
              { name: 'Refunded', value: <Money credits={reservation.refunded} /> },
              reservation.settled_at === null && {
                name: 'Returns by',
                value: <Instant at={reservation.return_by} as="exact" />,
              },
              reservation.settled_at !== null && {
                name: 'Settled',
                value: <Instant at={reservation.settled_at} as="exact" />,
              },
              // The page says it of a single output above.
              props.isOneOfSome && next !== null && { name: 'Next, by itself', value: next.detail },
            ]}
          />
        </div>
      </div>
      <h3>Attempts</h3>
      <AttemptsTable outputId={inspected.id} attempts={inspected.attempts} />
    </div>
  );
}
