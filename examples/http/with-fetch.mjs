/**
 * One picture over plain HTTP: price, submission at that price, end, file. Nothing but Node's own fetch.
 *
 *   HOLDFAST_API_URL=http://127.0.0.1:8787 HOLDFAST_API_KEY=hf_live_… node examples/http/with-fetch.mjs
 */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';

const { HOLDFAST_API_URL: api, HOLDFAST_API_KEY: key } = process.env;
const ad = {
  kind: 'static_ad',
  brief: { headline: 'Fresh bread, every morning', call_to_action: 'Order now' },
};

const quote = await call('POST', '/v1/quotes', ad);
console.log(`It costs ${quote.total} credits of ${quote.available}.`);

// One key for one submission, however often it is sent: it is one job, charged once.
const idempotencyKey = randomUUID();
let job = await submit();
while (job.finished_at === null) job = await submit();
console.log(`${job.state}: ${job.summary}, ${job.billing.committed} credits charged`);

for (const output of job.outputs.filter(({ state }) => state === 'succeeded')) {
  const response = await fetch(`${api}${output.content_url}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  await writeFile(`${output.id}.png`, Buffer.from(await response.arrayBuffer()));
  console.log(`${output.id}.png: ${output.bytes} bytes of ${output.content_type}`);
}

/** Submits; sent again it waits for the end of the same job, up to 55 s each time. */
function submit() {
  return call(
    'POST',
    '/v1/jobs',
    { ...ad, quote_id: quote.id },
    { 'idempotency-key': idempotencyKey, prefer: 'wait=55' },
  );
}

async function call(method, path, body, headers = {}) {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(`${api}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const said = await response.json();
    if (response.ok) return said;
    // The problem says whether the same request may be sent again, and the response when.
    if (!said.retryable || tries === 5) throw new Error(`${said.code}: ${said.detail} (${said.request_id})`);
    await new Promise((resolve) =>
      setTimeout(resolve, 1_000 * Number(response.headers.get('retry-after') ?? 1)),
    );
  }
}
