import { webhookMessage } from '../../contract/shapes/webhook-shapes.ts';
import type { Operation, Parameter } from './document-types.ts';
import type { Schemas } from './schemas.ts';

/** Markdown. What a receiver has to know that has this document alone. */
const DESCRIPTION = `Every event of the account whose type the endpoint names is posted to its \`url\`, signed as Standard Webhooks 1.0 says.

- **Verify** it over the bytes as they came: \`webhook-signature\` is a list, parted by blanks, of \`v1,\` and the base64 of HMAC-SHA256 over \`{webhook-id}.{webhook-timestamp}.{body}\`. The key is what follows \`whsec_\` in the endpoint's \`secret\`, read as base64. One signature of the list has to be right (after a rotation there are two), and the timestamp within five minutes of now.
- **Act once** for each \`webhook-id\`: it is the event's id, and the same request may come twice. Two may come in another order than they happened; \`sequence\` says which was first.
- **Respond** with any 2xx within 10 s. Anything else, a redirect too, is tried again over three days; 410 disables the endpoint at once.`;

const HEADERS: readonly Parameter[] = [
  headerOf('webhook-id', 'The id of the event: the same in every request about it.', {
    examples: ['evt_01h455vb4pex5vsknk084sn02q'],
  }),
  headerOf('webhook-timestamp', 'When this request was signed, in seconds since 1970.', {
    pattern: '^\\d{1,12}$',
    examples: ['1769860800'],
  }),
  headerOf('webhook-signature', 'The signatures, by each secret of the endpoint.', {
    examples: ['v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4='],
  }),
];

/** The request that an endpoint is sent, as the document has it. */
export function sentWebhook(schemas: Schemas): Operation {
  return {
    operationId: 'receiveEvent',
    tags: ['events'],
    summary: 'Receive an event',
    description: DESCRIPTION,
    security: [],
    parameters: HEADERS,
    requestBody: {
      required: true,
      content: { 'application/json': { schema: schemas.ofResponse(webhookMessage) } },
    },
    responses: {
      '204': { description: 'It is taken. Any other 2xx says the same.', headers: {} },
      '410': { description: 'The endpoint is gone: it is disabled, and sent nothing more.', headers: {} },
    },
  };
}

function headerOf(name: string, description: string, schema: object): Parameter {
  return { name, in: 'header', required: true, description, schema: { type: 'string', ...schema } };
}
