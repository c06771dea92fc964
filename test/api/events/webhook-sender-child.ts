import pg from 'pg';
import { pino } from 'pino';
import { createWebhookDeliveries } from '../../../jobs/webhooks/webhook-deliveries.ts';
import { resolveBySystem } from '../../../runtime/outbound/checked-lookup.ts';
import { createPostOutside } from '../../../runtime/outbound/post-outside.ts';
import { startWebhookSender, WEBHOOK_POST_LIMITS } from '../../../worker/webhooks/send-webhooks.ts';
import { webhookBody } from '../../../worker/webhooks/webhook-body.ts';

/** A process that sends webhooks until it is killed. */
const pool = new pg.Pool({ connectionString: process.argv[2], max: 2, application_name: 'killed sender' });
startWebhookSender({
  deliveries: createWebhookDeliveries(pool, 'child'),
  bodyOf: (delivery) => webhookBody(pool, delivery),
  post: createPostOutside(resolveBySystem, { allowsLocal: true }, WEBHOOK_POST_LIMITS),
  log: pino({ level: 'silent' }),
  now: Date.now,
  random: () => 0.5,
});
