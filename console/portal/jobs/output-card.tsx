import { useState } from 'preact/hooks';
import { fileNameOf } from '../../../client/http/outputs.ts';
import type { Job, Output } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { Button } from '../../shared/parts/button.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { OutputView } from '../../shared/parts/output-view.tsx';
import { SaveButton } from '../../shared/parts/save-button.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import { hrefTo, Link } from '../../shared/router.tsx';
import { useVisit } from '../portal-context.tsx';
import { EditDialog } from './edit-dialog.tsx';
import { ReportDialog } from './report-dialog.tsx';

const MEGABYTE = 1_000_000;
const ANY_TYPE = { accept: '*/*' } as const;

/** One output with the actions on it. */
export function OutputCard({ job, output }: { readonly job: Job; readonly output: Output }) {
  const [open, setOpen] = useState<'edit' | 'regenerate' | 'report' | null>(null);
  const { session, catalogue } = useVisit();
  const { content_url: contentUrl } = output;
  const isThere = contentUrl !== null;
  // An edit or a batch does not say the kind of its output: there the API refuses what cannot be edited.
  const kind = catalogue.kinds.find(({ name }) => name === job.kind);
  const canEdit = isThere && session.can.includes('quote') && kind?.can_be_edited !== false;
  const canReport = isThere && session.can.includes('report');
  const label = `${job.title ?? sentenceOf(job.kind)}${job.outputs.length > 1 ? `, ${String(output.variation + 1)}` : ''}`;
  const close = () => setOpen(null);
  return (
    <figure class="card output-card">
      <OutputView output={output} label={label} />
      {output.failure !== null && job.outputs.length > 1 && <p class="small">{output.failure.detail}</p>}
      {isThere && (
        <figcaption class="output-bar">
          <span class="muted small">
            {[typeOf(output), sizeOf(output)].filter(Boolean).join(', ')}
            {output.expires_at !== null && (
              <>
                {' · kept until '}
                <Instant at={output.expires_at} as="day" />
              </>
            )}
          </span>
          <div class="row">
            <SaveButton isSmall call={{ path: contentUrl, headers: ANY_TYPE }} fileName={fileNameOf(output)}>
              Download
            </SaveButton>
            {canEdit && (
              <>
                <Button isSmall onClick={() => setOpen('edit')}>
                  Edit
                </Button>
                <Button isSmall onClick={() => setOpen('regenerate')}>
                  Regenerate
                </Button>
              </>
            )}
            {canReport && (
              <Button isSmall onClick={() => setOpen('report')}>
                Report a problem
              </Button>
            )}
          </div>
          <Lineage output={output} />
        </figcaption>
      )}
      {(open === 'edit' || open === 'regenerate') && (
        <EditDialog output={output} label={label} isRegeneration={open === 'regenerate'} onClose={close} />
      )}
      {open === 'report' && <ReportDialog output={output} onClose={close} />}
    </figure>
  );
}

/** `PNG`: the media type as file names end; another one as it is. */
function typeOf(output: Output): string | null {
  const [, ending] = fileNameOf(output).split('.');
  return ending?.toUpperCase() ?? output.content_type;
}

function sizeOf({ bytes }: Output): string {
  if (bytes === null) return '';
  return bytes < MEGABYTE ? `${String(Math.ceil(bytes / 1_000))} kB` : `${(bytes / MEGABYTE).toFixed(1)} MB`;
}

/** The output it was made from, and those made from it. */
function Lineage({ output }: { readonly output: Output }) {
  const { client } = usePageParts();
  const { data } = useResource(
    `lineage ${output.id}`,
    (signal) => client.outputs.retrieve(output.id, { signal }),
    {
      on: ({ type }) => type === 'job.queued',
    },
  );
  if (data === null) return null;
  const { source_output_id: source, derived_output_ids: derived } = data;
  if (source === null && derived.length === 0) return null;
  return (
    <p class="small muted lineage">
      {source !== null && (
        <>
          Made from <OutputLink id={source} text="an earlier result" />.{' '}
        </>
      )}
      {derived.length > 0 && 'Made from it: '}
      {derived.map((id, index) => (
        <OutputLink key={id} id={id} text={`edit ${String(index + 1)}`} />
      ))}
    </p>
  );
}

/** A link to the job of an output. */
function OutputLink({ id, text }: { readonly id: string; readonly text: string }) {
  const { client } = usePageParts();
  const { data } = useResource(`output ${id}`, (signal) => client.outputs.retrieve(id, { signal }));
  if (data === null) return <span>{text} </span>;
  return (
    <>
      <Link to={hrefTo(['jobs', data.job_id])}>{text}</Link>{' '}
    </>
  );
}
