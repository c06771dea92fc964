import type { Job, Output } from '../../contract/shapes/job-shapes.ts';
import { workflowIdOf } from '../../domain/ids.ts';
import { summarize, type OutputCounts } from '../../domain/work/job-state.ts';
import type { StoredJob, StoredJobOutput } from './read-job.ts';
import { entryIdOf } from '../../ledger/reads/entry-id.ts';
import { instantText, instantTextOrNull } from '../../domain/instant-text.ts';

/** Where support opens Temporal UI; null when it is not set. */
export type TemporalUi = { readonly url: string; readonly namespace: string } | null;

const NO_PROGRESS = { stage: null, fraction: null, queue_position: null } as const;

/**
 * A job as the wire has it.
 * @param temporalUi null: the caller may not see it (an account key).
 */
export function viewJob(job: StoredJob, accountId: string, temporalUi: TemporalUi): Job {
  const counts = countOutputs(job.outputs);
  return {
    id: job.id,
    kind: job.kind,
    title: job.title,
    state: job.state,
    created_at: instantText(job.created_at),
    expected_by: instantText(job.expected_by),
    returned_automatically_by: instantText(job.returned_automatically_by),
    finished_at: instantTextOrNull(job.finished_at),
    progress: job.progress ?? NO_PROGRESS,
    failure: job.failure,
    billing: viewBilling(job.billing, accountId),
    outputs: job.outputs.map(viewOutput),
    counts,
    summary: summarize(counts, job.billing.returned),
    metadata: job.metadata,
    links: linksOf(job.id, temporalUi),
  };
}

/** One output. Its content has an address once it is charged. */
export function viewOutput(output: StoredJobOutput): Output {
  return {
    id: output.id,
    item: output.item,
    variation: output.variation,
    state: output.state,
    credits: output.credits,
    reservation_id: output.reservation_id,
    failure: output.failure,
    content_url: output.state === 'succeeded' ? `${outputPath(output.id)}/content` : null,
    content_type: output.content_type,
    bytes: output.bytes,
    sha256: output.sha256,
    has_c2pa: output.has_c2pa,
    expires_at: output.state === 'succeeded' ? instantTextOrNull(output.expires_at) : null,
    attempts: output.attempts,
  };
}

function viewBilling(billing: StoredJob['billing'], accountId: string): Job['billing'] {
  return {
    price_list: billing.price_list,
    quoted: billing.quoted,
    reserved: billing.reserved,
    committed: billing.committed,
    returned: billing.returned,
    refunded: billing.refunded,
    entry_ids: billing.entry_seqs.map((seq) => entryIdOf(accountId, seq)),
  };
}

export function outputPath(outputId: string): string {
  return `/v1/outputs/${outputId}`;
}

export function jobPath(jobId: string): string {
  return `/v1/jobs/${jobId}`;
}

function countOutputs(outputs: readonly StoredJobOutput[]): OutputCounts {
  const count = (state: StoredJobOutput['state']) =>
    outputs.filter((output) => output.state === state).length;
  return {
    outputs: outputs.length,
    succeeded: count('succeeded'),
    failed: count('failed'),
    canceled: count('canceled'),
  };
}

function linksOf(jobId: string, temporalUi: TemporalUi): Job['links'] {
  const links = { self: jobPath(jobId), events: `${jobPath(jobId)}/events` };
  if (temporalUi === null) return links;
  const { url, namespace } = temporalUi;
  const base = url.replace(/\/+$/, '');
  return { ...links, temporal: `${base}/namespaces/${namespace}/workflows/${workflowIdOf(jobId)}` };
}
