/**
 * Ids are derived, not random: everything of a job is keyed by its job id and the step, so that a retry, a second
 * worker and the reconciler find the same row. (The job id comes from account and key: contract/derived-ids.ts.) Only
 * string operations: workflow code uses this file.
 */

type AttemptKey = {
  readonly accountId: string;
  readonly outputId: string;
  readonly stage: string;
  readonly number: number;
};

const JOB = /^job_([a-z2-7]{26})$/;
const OUTPUT = /^out_([a-z2-7]{26})_(0|[1-9][0-9]{0,2})$/;

/** The id of output number `index` (0 … 499) of a job. Throws RangeError for what is not a job id. */
export function outputIdOf(jobId: string, index: number): string {
  return `out_${stem(JOB, jobId)}_${String(index)}`;
}

/** The reservation that holds the credits of an output. Throws RangeError for what is not an output id. */
export function reservationIdOf(outputId: string): string {
  return renamed(OUTPUT, outputId, 'rsv_$1_$2');
}

/** The job an output belongs to. Throws RangeError for what is not an output id. */
export function jobIdOfOutput(outputId: string): string {
  return `job_${stem(OUTPUT, outputId)}`;
}

/**
 * By what an output is released whose plan is not at hand. Its price is not known here and not needed: a release returns
 * what was reserved. Throws RangeError for what is not an output id.
 */
export function releaseKeyOf(accountId: string, outputId: string) {
  return {
    accountId,
    jobId: jobIdOfOutput(outputId),
    outputId,
    reservationId: reservationIdOf(outputId),
    credits: 0,
  } as const;
}

/** The workflow of a job has the job's id in its name: support finds it by the id that the customer has. */
export function workflowIdOf(jobId: string): string {
  return jobId;
}

/** The workflow of one output of a job with several: a child of the job's, named by the output. */
export function outputWorkflowIdOf(outputId: string): string {
  return outputId;
}

/** The workflow that runs one output of a job with so many: the job's own where it is the only one. */
export function workflowIdOfOutput(jobId: string, outputId: string, outputs: number): string {
  return outputs === 1 ? workflowIdOf(jobId) : outputWorkflowIdOf(outputId);
}

/**
 * Our reference at the provider for one submission: unique forever, and the key of the attempt row. It contains the
 * account, so that a workflow started by hand with another account's job id finds nothing of that account's there.
 */
export function attemptReferenceOf({ accountId, outputId, stage, number }: AttemptKey): string {
  return [outputId.replace(/^out_/, 'att_'), accountId.replace(/^acct_/, ''), stage, String(number)].join(
    '_',
  );
}

/** The longest id of a provider's job, in characters: it is indexed, and is a part of addresses. */
export const MAX_PROVIDER_JOB_ID = 500;

/**
 * Whether a provider's job id can be stored and used in an address: no control characters, no half characters, no `..`.
 */
export function isProviderJobId(text: string): boolean {
  return text.length <= MAX_PROVIDER_JOB_ID && /^[^\p{C}]+$/u.test(text) && text !== '.' && text !== '..';
}

/** Whether a text may be an account's id. */
export function isAccountId(text: string): boolean {
  return /^acct_[A-Za-z0-9_]{1,64}$/.test(text);
}

export function isJobId(text: string): boolean {
  return JOB.test(text);
}

export function isOutputId(text: string): boolean {
  return OUTPUT.test(text);
}

function stem(pattern: RegExp, id: string): string {
  return renamed(pattern, id, '$1');
}

function renamed(pattern: RegExp, id: string, to: string): string {
  if (!pattern.test(id)) throw new RangeError(`not an id of the expected kind: ${id}`);
  return id.replace(pattern, to);
}
