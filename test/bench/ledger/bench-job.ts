import type { JobRequest } from '../../../domain/work/job-request.ts';
import type { AdmitItem } from '../../../jobs/admission/admit-job.ts';

/** A job of one static ad, as both sides of the benchmark admit and charge it. */
export type BenchJob = {
  readonly accountId: string;
  readonly jobId: string;
  readonly outputId: string;
  readonly reservationId: string;
  readonly reference: string;
  readonly credits: number;
  readonly member: string;
  readonly project: string;
};

export const PRICE_LIST = 1;
export const EXPECTED_SECONDS = 10;
export const DEADLINE_SECONDS = 900;
export const MODEL = 'local/render';
export const PROVIDER = 'local';
/** A result's hash, as long as a real one. */
export const SHA256 = 'c0ffee'.repeat(10) + 'cafe';
export const CONTENT_TYPE = 'image/png';
export const BYTES = 48_211;

export function bodyOf(job: BenchJob): JobRequest {
  return {
    kind: 'static_ad',
    brief: {
      headline: `Fresh coffee, delivered: ${job.jobId}`,
      body: 'Roasted on Monday, on your table on Wednesday. Cancel whenever you like.',
      call_to_action: 'Try a bag',
    },
    member: job.member,
    project: job.project,
    metadata: { campaign: 'spring', position: 'feed' },
  };
}

/** The work of an output, as its row keeps it. */
export function workOf(job: BenchJob): object {
  const { kind, brief } = bodyOf(job) as { kind: string; brief?: unknown };
  return { kind, brief, width: 1_080, height: 1_080, format: 'png' };
}

export function fingerprintOf(job: BenchJob): string {
  return `${job.jobId.slice(4)}${job.jobId.slice(4)}0123456789ab`;
}

export function admitItemOf(job: BenchJob): AdmitItem {
  const request = bodyOf(job);
  const price = { price_list: PRICE_LIST, total: job.credits, lines: [] };
  return {
    accountId: job.accountId,
    jobId: job.jobId,
    fingerprint: fingerprintOf(job),
    body: request as unknown as Record<string, unknown>,
    admitBy: new Date(Date.now() + 60_000).toISOString(),
    request,
    workFingerprint: fingerprintOf(job),
    price,
    model: MODEL,
    provider: PROVIDER,
    expectedSeconds: EXPECTED_SECONDS,
    deadlineSeconds: DEADLINE_SECONDS,
    outputs: [
      {
        ...{ outputId: job.outputId, reservationId: job.reservationId, item: 0, variation: 0 },
        ...{ credits: job.credits, work: workOf(job) },
      },
    ],
  } as unknown as AdmitItem;
}
