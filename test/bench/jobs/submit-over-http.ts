import { randomUUID } from 'node:crypto';
import type { StackInfo } from '../../../dev/stack/stack-info.ts';

/** From POST /v1/jobs to its 202, one after the other. Milliseconds. */
export async function submitOverHttp(
  info: Pick<StackInfo, 'api_url' | 'platform_key'>,
  accountId: string,
  count: number,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let number = 0; number < count; number++) {
    const key = randomUUID();
    const startedAt = performance.now();
    const answer = await fetch(`${info.api_url}/v1/jobs`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${info.platform_key}`,
        'holdfast-account': accountId,
        'idempotency-key': key,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ kind: 'static_ad', brief: { headline: key } }),
    });
    await answer.arrayBuffer();
    if (answer.status !== 202)
      throw new Error(`a submission of the benchmark was answered ${String(answer.status)}`);
    times.push(performance.now() - startedAt);
  }
  return times;
}
