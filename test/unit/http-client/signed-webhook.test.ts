import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyWebhook, WebhookVerificationError } from '../../../client/http/http-client.ts';

/** The example that the specification publishes (standard-webhooks/standard-webhooks, "Signature scheme"). */
const PUBLISHED = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  body: '{"test": 2432232314}',
  headers: {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
};
const now = () => 1_614_265_330_000;

const OTHER = `whsec_${Buffer.from('another secret of 24 byt').toString('base64')}`;

function signed(secret: string, body: string, timestamp = '1614265330') {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`evt_1.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': 'evt_1',
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}

const codeOf = (call: () => unknown) => {
  try {
    call();
    return 'verified';
  } catch (error) {
    expect(error).toBeInstanceOf(WebhookVerificationError);
    return (error as WebhookVerificationError).code;
  }
};

describe('verifyWebhook', () => {
  const { secret, body, headers } = PUBLISHED;

  it('of a body that was parsed says that the body as it was received is needed', () => {
    const parsed = JSON.parse(body) as string;
    expect(() => verifyWebhook(parsed, headers, secret, { now })).toThrow(
      /^the body as it was received is needed/,
    );
  });

  it('accepts the example of the specification as text, as bytes and with headers of any kind', () => {
    const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
    expect(verifyWebhook(body, headers, secret, { now })).toEqual({ test: 2_432_232_314, id });
    expect(verifyWebhook(Buffer.from(body), new Headers(headers), secret, { now }).id).toBe(id);
    const capitals = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]),
    );
    expect(verifyWebhook(body, capitals, secret, { now }).id).toBe(id);
  });

  it('accepts either of two secrets, and one good signature among several', () => {
    const text = '{"type":"job.failed"}';
    const both = [secret, OTHER];
    expect(verifyWebhook(text, signed(secret, text), both, { now }).type).toBe('job.failed');
    expect(verifyWebhook(text, signed(OTHER, text), both, { now }).type).toBe('job.failed');
    const { 'webhook-signature': good, ...rest } = signed(OTHER, text);
    const several = { ...rest, 'webhook-signature': `v1a,xyz v1,AAAA ${good}` };
    expect(verifyWebhook(text, several, OTHER, { now }).type).toBe('job.failed');
  });

  it.each<[string, string, () => unknown]>([
    ['another body', 'no_good_signature', () => verifyWebhook(`${body} `, headers, secret, { now })],
    ['another secret', 'no_good_signature', () => verifyWebhook(body, headers, OTHER, { now })],
    [
      'another id',
      'no_good_signature',
      () => verifyWebhook(body, { ...headers, 'webhook-id': 'msg_2' }, secret, { now }),
    ],
    [
      'a signature of another scheme',
      'no_good_signature',
      () =>
        verifyWebhook(
          body,
          { ...headers, 'webhook-signature': headers['webhook-signature'].replace('v1,', 'v2,') },
          secret,
          { now },
        ),
    ],
    ['no headers', 'missing_headers', () => verifyWebhook(body, {}, secret, { now })],
    [
      'no time',
      'missing_headers',
      () => verifyWebhook(body, { ...headers, 'webhook-timestamp': 'NaN' }, secret, { now }),
    ],
    ['one of old', 'too_old', () => verifyWebhook(body, headers, secret)],
    ['one from the future', 'too_new', () => verifyWebhook(body, headers, secret, { now: () => 0 })],
    [
      'what is older than is tolerated',
      'too_old',
      () => verifyWebhook(body, headers, secret, { now: () => now() + 61_000, toleranceSeconds: 60 }),
    ],
    ['no JSON', 'not_json', () => verifyWebhook('{', signed(secret, '{'), secret, { now })],
  ])('refuses %s', (_, code, call) => {
    expect(codeOf(call)).toBe(code);
  });

  it('refuses an empty secret', () => {
    expect(() => verifyWebhook(body, headers, 'whsec_', { now })).toThrow(RangeError);
  });
});
