import { expect, test } from 'vitest';
import { drawWebhookAddress } from '../../activities/provider-webhooks/draw-webhook-address.ts';
import {
  parseWebhookToken,
  referenceOfWebhookUrl,
  webhookUrlOf,
} from '../../domain/webhooks/provider-webhook-address.ts';

const SECRET = 's'.repeat(43);

test.each(['att_a2_0_render_1', 'att_a2_0_scenes_2_1', 'att_a2_0_back-drop_1', 'att_a2_0_a b_1'])(
  'an address names the attempt %s, and its secret',
  (reference) => {
    const url = webhookUrlOf('https://api.test/holdfast', 'our_gpus', { reference, secret: SECRET });
    expect(url.startsWith('https://api.test/holdfast/v1/provider_webhooks/our_gpus/att_a2_0_')).toBe(true);
    expect(referenceOfWebhookUrl(url)).toBe(reference);
    const token = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '');
    expect(parseWebhookToken(token)).toEqual({ reference, secret: SECRET });
  },
);

test.each([
  '',
  'att_a_0_render_1',
  `att_a_0_render_1.${SECRET}s`,
  `att_a_0_render_1.${'s'.repeat(42)}`,
  `job_a_0_render_1.${SECRET}`,
  `att_a\u0000.${SECRET}`,
  `att_${'x'.repeat(201)}.${SECRET}`,
])('the text %j is no token', (token) => {
  expect(parseWebhookToken(token)).toBeNull();
});

test.each([
  '',
  'att_a_0_render_1',
  'https://elsewhere.test/hooks/att_a_0_render_1',
  'https://api.test/v1/provider_webhooks/replicate/%E0%A4%A',
])('the text %j is no webhook address', (url) => {
  expect(referenceOfWebhookUrl(url)).toBeNull();
});

test('each address has a secret of its own, and its stored hash does not show it', () => {
  const drawn = Array.from({ length: 100 }, () =>
    drawWebhookAddress('https://api.test', 'fal', 'att_a_0_b_1'),
  );
  expect(new Set(drawn.map(({ url }) => url)).size).toBe(100);
  for (const { url, secretHash } of drawn) {
    const { secret = '' } = parseWebhookToken(url.split('/').at(-1) ?? '') ?? {};
    expect(secret).toHaveLength(43);
    expect(secretHash).toHaveLength(32);
    expect(secretHash.toString('base64url')).not.toContain(secret);
  }
});
