/**
 * The same with the client, in TypeScript: price, submission at that price, events while it runs, file; then a batch of which a part
 * fails, the balance, and the history.
 *
 *   npm install ./holdfast-client-0.1.0.tgz
 *   HOLDFAST_API_URL=http://127.0.0.1:8787 HOLDFAST_API_KEY=hf_live_… npx tsx examples/client/with-client.ts
 */
import { HoldfastClient, HoldfastError, type JobBody } from 'holdfast-client';

const { HOLDFAST_API_URL: baseUrl = '', HOLDFAST_API_KEY: apiKey = '' } = process.env;
const holdfast = new HoldfastClient({ baseUrl, apiKey });

const ad: JobBody = { kind: 'static_ad', brief: { headline: 'Fresh bread, every morning' } };
const quote = await holdfast.quotes.create(ad);
const { id } = await holdfast.jobs.create({ ...ad, quote_id: quote.id });
for await (const event of holdfast.jobs.events(id)) console.log(event.seq, event.type);
const job = await holdfast.jobs.wait(id);
for (const output of job.outputs) {
  await holdfast.outputs.save(output, `${output.id}.png`);
  console.log(`${output.id}.png: ${String(output.bytes)} bytes, sha256 ${String(output.sha256)}`);
}

// Several outputs, each charged by itself. What is delivered comes as files; what is not has its credits back.
const batch: JobBody = { kind: 'batch', items: [ad, { ...ad, test_scenario: 'fails_after_start' }] };
const { job: ended, files } = await holdfast.jobs.run(batch);
console.log(`${ended.state}: ${ended.summary}; ${String(files.length)} file`);

// A refusal is an error with a code to decide by.
try {
  await holdfast.jobs.run({ ...ad, max_credits: 1 });
} catch (error) {
  if (!(error instanceof HoldfastError) || error.code !== 'price_changed') throw error;
  console.log(`refused: ${error.code}, billed: ${error.billed}, request ${String(error.requestId)}`);
}

const { available } = await holdfast.balance();
console.log(`${String(available)} credits are left.`);
for await (const entry of holdfast.entries({ kind: 'commit' })) console.log(entry.job_id, entry.charged);
