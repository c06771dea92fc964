import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import type { StackInfo } from '../../../dev/stack/stack-info.ts';

type Target = Pick<StackInfo, 'api_url' | 'platform_key'>;

/**
 * From POST /v1/jobs to its 202, in milliseconds. Waits for the job to end before it returns: what is measured next is
 * measured alone.
 */
export async function submitOverHttp(target: Target, accountId: string): Promise<number> {
  const key = randomUUID();
  const startedAt = performance.now();
  const job = await call(target, accountId, 'POST', '/v1/jobs', key);
  const tookMs = performance.now() - startedAt;
  let { finished_at: finishedAt } = job;
  while (finishedAt === null) {
    finishedAt = (await call(target, accountId, 'GET', `/v1/jobs/${job.id}`, key)).finished_at;
  }
  return tookMs;
}

async function call(target: Target, accountId: string, method: 'GET' | 'POST', path: string, key: string) {
  // undici's own call: the web's fetch takes a millisecond more of the client, on this side of the ratio alone.
  const { statusCode, body } = await request(`${target.api_url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${target.platform_key}`,
      'holdfast-account': accountId,
      ...(method === 'POST' ? { 'idempotency-key': key, 'content-type': 'application/json' } : {}),
    },
    body: method === 'POST' ? JSON.stringify({ kind: 'static_ad', brief: { headline: key } }) : null,
  });
  const answer = await body.text();
  if (statusCode >= 300)
    throw new Error(`${method} ${path} of the benchmark was answered ${String(statusCode)} ${answer}`);
  return JSON.parse(answer) as { readonly id: string; readonly finished_at: string | null };
}
