/**
 * Receives webhooks: verifies each on its raw body, responds at once, and does its work once for each id.
 *
 *   HOLDFAST_WEBHOOK_SECRET=whsec_… PORT=3000 node examples/webhooks/receive-webhooks.mjs
 */
import http from 'node:http';
import { verifyWebhook, WebhookVerificationError } from 'holdfast-client';

/** One, or two with a comma between while it is being replaced. */
const secrets = process.env.HOLDFAST_WEBHOOK_SECRET.split(',');
/** In a real receiver a table with the id as its key, written together with what the event brings about. */
const seen = new Set();

const server = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const event = verifyWebhook(Buffer.concat(chunks), request.headers, secrets);
    // The same delivery may come twice: after a lost response, or sent again by hand.
    if (!seen.has(event.id)) {
      seen.add(event.id);
      console.log(`${event.type} ${event.data.id ?? event.data.job_id ?? ''}`);
    }
    response.writeHead(204).end();
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    console.log(`refused: ${error.code}`);
    response.writeHead(400).end();
  }
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
