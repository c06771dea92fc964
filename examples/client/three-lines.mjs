/**
 * The shortest: quote, submit at that price, wait; and all in one call. Plain JavaScript.
 *
 *   HOLDFAST_API_URL=http://127.0.0.1:8787 HOLDFAST_API_KEY=hf_live_… node examples/client/three-lines.mjs
 */
import { writeFile } from 'node:fs/promises';
import { HoldfastClient } from 'holdfast-client';

const holdfast = new HoldfastClient({
  baseUrl: process.env.HOLDFAST_API_URL,
  apiKey: process.env.HOLDFAST_API_KEY,
});
const ad = { kind: 'static_ad', brief: { headline: 'Fresh bread, every morning' } };

const quote = await holdfast.quotes.create(ad);
const { id } = await holdfast.jobs.create({ ...ad, quote_id: quote.id });
const job = await holdfast.jobs.wait(id);
console.log(job.state, job.billing.committed);

const { files } = await holdfast.jobs.run(ad);
for (const file of files) {
  await writeFile(file.name, file.bytes);
  console.log(file.name, file.contentType, file.bytes.length);
}
