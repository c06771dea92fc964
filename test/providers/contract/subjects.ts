import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createFalProvider } from '../../../activities/providers/fal/fal-provider.ts';
import { createGenericProvider } from '../../../activities/providers/generic/generic-provider.ts';
import { createOpenAiProvider } from '../../../activities/providers/openai/openai-provider.ts';
import { createReplicateProvider } from '../../../activities/providers/replicate/replicate-provider.ts';
import type { FalKeys } from '../../../api/provider-webhooks/fal-keys.ts';
import { createVerifyFalWebhook } from '../../../api/provider-webhooks/fal-webhook.ts';
import { createVerifyStandardWebhook } from '../../../api/provider-webhooks/standard-webhook.ts';
import { blackPng, PICTURES } from '../../activities/content/pictures.ts';
import { sineWave } from '../../activities/content/sounds.ts';
import type { SynchronousSubject, ContractSubject } from './dialect.ts';
import { REPLICATE_DIALECT } from './replicate-dialect.ts';
import { FAL_DIALECT } from './fal-dialect.ts';
import { GENERIC_DIALECT } from './generic-dialect.ts';
import { chatDialect, imagesDialect, speechDialect } from './openai-dialect.ts';

const WEBHOOK_KEY = Buffer.from('a secret of this test');

/** The secret of services that sign by Standard Webhooks, as a setting. */
export const WEBHOOK_SECRET = `whsec_${WEBHOOK_KEY.toString('base64')}`;

/** Signs by Standard Webhooks, with one valid signature among several. */
const standardWebhooks = (bodyOf: (jobId: string) => unknown): NonNullable<ContractSubject['webhooks']> => ({
  bodyOf,
  sign(body, id, sentAtMs) {
    const timestamp = String(Math.floor(sentAtMs / 1_000));
    const signature = createHmac('sha256', WEBHOOK_KEY)
      .update(`${id}.${timestamp}.`)
      .update(body)
      .digest('base64');
    return {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,other v1,${signature}`,
    };
  },
  verify: createVerifyStandardWebhook(WEBHOOK_SECRET),
});

export const GENERIC: ContractSubject = {
  name: 'generic',
  apiKey: 'key-of-the-gpu-box',
  createProvider: (options) =>
    createGenericProvider({
      ...options,
      name: 'generic',
      apiKey: 'key-of-the-gpu-box',
    }),
  dialect: GENERIC_DIALECT,
  submission: { model: 'flux-dev', input: { prompt: 'A kettle' } },
  webhooks: standardWebhooks((id) => ({ id, status: 'succeeded' })),
};

/** A service without a key, such as the local model service. */
export const LOCAL: ContractSubject = {
  name: 'local',
  apiKey: null,
  createProvider: (options) => createGenericProvider({ ...options, name: 'local' }),
  dialect: GENERIC_DIALECT,
  submission: { model: 'local/render', input: { kind: 'static_ad', brief: { headline: 'A headline' } } },
  webhooks: standardWebhooks((id) => ({ id, status: 'succeeded' })),
};

export const REPLICATE: ContractSubject = {
  name: 'replicate',
  apiKey: 'r8_key_of_this_test',
  createProvider: (options) =>
    createReplicateProvider({
      ...options,
      name: 'replicate',
      apiToken: 'r8_key_of_this_test',
    }),
  dialect: REPLICATE_DIALECT,
  submission: { model: 'black-forest-labs/flux-schnell', input: { prompt: 'A kettle' } },
  webhooks: standardWebhooks((id) => ({ id, status: 'succeeded', output: [], error: null })),
};

const FAL_KEYS = generateKeyPairSync('ed25519');
const OTHER_KEYS = generateKeyPairSync('ed25519');
/** The public keys of fal, as it publishes them. */
export const falJwks = () => ({ keys: [FAL_KEYS.publicKey.export({ format: 'jwk' })] });
const jwkX = ({ publicKey }: typeof FAL_KEYS): string => String(publicKey.export({ format: 'jwk' }).x);

const fixedKeys = (...keys: readonly string[]): FalKeys => {
  const read = () => Promise.resolve(keys);
  return { known: read, refreshed: read };
};

export const FAL: ContractSubject = {
  name: 'fal',
  apiKey: 'fal-key-of-this-test',
  createProvider: (options) =>
    createFalProvider({
      ...options,
      name: 'fal',
      apiKey: 'fal-key-of-this-test',
    }),
  dialect: FAL_DIALECT,
  submission: { model: 'fal-ai/flux/schnell', input: { prompt: 'A kettle' } },
  webhooks: {
    bodyOf: (id) => ({ request_id: id, gateway_request_id: id, status: 'OK', payload: {} }),
    sign(body, eventId, sentAtMs) {
      const timestamp = String(Math.floor(sentAtMs / 1_000));
      const digest = createHash('sha256').update(body).digest('hex');
      const message = Buffer.from([eventId, 'user_1', timestamp, digest].join('\n'));
      return {
        'x-fal-webhook-request-id': eventId,
        'x-fal-webhook-user-id': 'user_1',
        'x-fal-webhook-timestamp': timestamp,
        'x-fal-webhook-signature': sign(null, message, FAL_KEYS.privateKey).toString('hex'),
      };
    },
    // Keys rotate: the previous one is still accepted.
    verify: createVerifyFalWebhook({
      keys: fixedKeys('not a key', jwkX(OTHER_KEYS), jwkX(FAL_KEYS)),
      userId: 'user_1',
    }),
  },
};

const PNG = await PICTURES['image/png']();
const PAGE = { what: 'a page', content: Buffer.from('<!doctype html><h1>Sign in</h1>') };

const openAi = (
  what: string,
  rest: Pick<SynchronousSubject, 'dialect' | 'submission' | 'mediaType' | 'badContents'>,
): SynchronousSubject => ({
  ...rest,
  name: `openai ${what}`,
  apiKey: 'sk-key-of-this-test',
  createProvider: ({ baseUrl, submitTimeoutMs }) =>
    createOpenAiProvider({
      name: 'openai',
      baseUrl: `${baseUrl}/v1/`,
      apiKey: 'sk-key-of-this-test',
      submitTimeoutMs,
    }),
});

export const OPENAI: readonly SynchronousSubject[] = [
  openAi('images', {
    dialect: imagesDialect(PNG),
    submission: { model: 'images/gpt-image-1', input: { prompt: 'A kettle', size: '1024x1024' } },
    mediaType: 'image/png',
    badContents: [
      PAGE,
      { what: 'a picture that was cut short', content: PNG.subarray(0, -200) },
      { what: 'a picture of another type', content: await PICTURES['image/webp']() },
      { what: 'a picture of 100 million pixels', content: await blackPng(10_000, 10_000) },
    ],
  }),
  openAi('chat', {
    dialect: chatDialect(Buffer.from('{ "scenes": ["A kettle"] }')),
    submission: { model: 'chat/gpt-5-mini', input: { messages: [{ role: 'user', content: 'A script' }] } },
    mediaType: 'application/json',
    badContents: [PAGE, { what: 'half of the JSON', content: Buffer.from('{ "scenes": [') }],
  }),
  openAi('speech', {
    dialect: speechDialect(sineWave(1)),
    submission: { model: 'speech/gpt-4o-mini-tts', input: { input: 'A kettle', voice: 'alloy' } },
    mediaType: 'audio/wav',
    badContents: [PAGE, { what: 'a picture', content: PNG }],
  }),
];

/** Every adapter. Each is under the whole contract and under the outages. */
export const SUBJECTS: readonly ContractSubject[] = [GENERIC, LOCAL, REPLICATE, FAL, ...OPENAI];
