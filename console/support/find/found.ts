/** The thing that an id or a name refers to, as the API found it. */
export type Found = {
  readonly type: string;
  readonly id: string;
  readonly account_id: string | null;
  readonly label: string;
  readonly job_id?: string | null;
};

/** The page that shows it: a job's or a review's own, or that of its account. Null: it is of the platform, and of no page. */
export function placeOfFound({
  type,
  id,
  account_id: accountId,
  job_id: jobId,
}: Found): readonly string[] | null {
  if (type === 'job') return ['jobs', id];
  if (type === 'review') return ['reviews', id];
  if (type === 'account') return ['accounts', id];
  if (jobId !== null && jobId !== undefined) return ['jobs', jobId];
  return accountId === null ? null : ['accounts', accountId];
}
