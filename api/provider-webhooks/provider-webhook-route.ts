import { createHash } from 'node:crypto';
import { CALLS } from '../../contract/calls.ts';
import { parseWebhookToken } from '../../domain/webhooks/provider-webhook-address.ts';
import { noteWebhook } from '../../jobs/attempts/provider-webhooks.ts';
import type { Database } from '../../ledger/database.ts';
import { notFound } from '../http/problem.ts';
import { readBytes } from '../http/request/read-json-body.ts';
import { pathParameter, route, type Route } from '../http/route.ts';
import type { WebhookVerifiers } from './webhook-verifiers.ts';

/** A service may repeat the job's input, pictures included. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

type Deps = {
  readonly database: Database;
  readonly webhookVerifiers: WebhookVerifiers;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/**
 * POST /v1/provider_webhooks/{provider}/{token}: a model service's webhook for an attempt. It is recorded before the
 * response, and the worker that follows the attempt then polls. Only the job's name is taken from it, for an attempt
 * whose answer was lost. A wrong signature, an unknown address and an unknown service get the same response, and
 * nothing is looked up for an unsigned webhook.
 */
export function providerWebhookRoute({ database, webhookVerifiers, now }: Deps): Route {
  return route(CALLS.receiveProviderWebhook, {
    async prepare({ request, response }) {
      const provider = pathParameter(request, 'provider');
      const token = parseWebhookToken(pathParameter(request, 'token'));
      const verify = webhookVerifiers.get(provider);
      if (token === null || verify === undefined) throw notFound('address');
      const rawBody = await readBytes(request, response, { limitBytes: MAX_BODY_BYTES, inflates: false });
      const verified = await verify(rawBody, request.headers, now());
      if (verified === null) throw notFound('address');
      const webhook = {
        provider,
        reference: token.reference,
        secretHash: sha256(token.secret),
        // Hashed to one length, whatever a service's event ids are.
        event: sha256(verified.event).toString('base64url'),
        job: verified.job,
      };
      return async () => {
        if (!(await noteWebhook(database, webhook))) throw notFound('address');
        response.status(204).end();
      };
    },
  });
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
