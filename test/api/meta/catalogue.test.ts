import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiFixture, expectProblem, type ApiFixture } from '../api-fixture.ts';

type Catalogue = {
  readonly price_list: number;
  readonly grants: unknown;
  readonly low_balance_at: number;
  readonly models: readonly {
    readonly name: string;
    readonly kinds: readonly Record<string, unknown>[];
    readonly min_deadline_seconds: number;
    readonly max_deadline_seconds: number;
  }[];
  readonly prices: readonly (Record<string, unknown> & { readonly kind: string; readonly credits: number })[];
  readonly plans: readonly { readonly name: string; readonly credits: number; readonly buys: unknown }[];
  readonly packs: readonly {
    readonly name: string;
    readonly credits: number;
    readonly lifetime_months: number;
  }[];
};

let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture();
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

const read = async (key = api.platformKey) => (await api.call('/v1/catalogue', { key })).json<Catalogue>();

describe('the catalogue', () => {
  it('lists the plans with what each buys, and the packs (docs/credits.md)', async () => {
    const { price_list, plans, packs } = await read();
    expect(price_list).toBe(1);
    expect(plans).toEqual([
      { name: 'starter', credits: 4_000, buys: { statics: 114, videos: 5 } },
      { name: 'advanced', credits: 8_000, buys: { statics: 228, videos: 11 } },
      { name: 'pro', credits: 16_000, buys: { statics: 457, videos: 22 } },
      { name: 'scale', credits: 32_000, buys: { statics: 914, videos: 45 } },
      { name: 'enterprise', credits: 60_000, buys: { statics: 1_714, videos: 85 } },
    ]);
    expect(packs.map((pack) => [pack.name, pack.credits, pack.lifetime_months])).toEqual([
      ['small', 1_000, 12],
      ['medium', 5_000, 12],
      ['large', 20_000, 12],
    ]);
  });

  it('has the prices of quotes and of metered use, to the credit', async () => {
    const { key } = await api.openAccount();
    const { prices } = await read();
    expect(prices.map((price) => price.kind)).toEqual([
      'static_ad',
      ...Array<string>(9).fill('video_ad'),
      'chat_message',
    ]);
    for (const { credits, ...work } of prices.filter((price) => price.kind !== 'chat_message')) {
      const quote = await api.call('/v1/quotes', { key, body: { ...work, brief: { headline: 'A kettle' } } });
      expect([work, quote.json()['total']]).toEqual([work, credits]);
    }
    const used = await api.call('/v1/usage', {
      key,
      headers: { 'Idempotency-Key': 'one' },
      body: { kind: 'chat_message', quantity: 1 },
    });
    expect(used.json()['credits']).toBe(prices.at(-1)?.credits);
  });

  it('names the packs that grants take, and the plans that accounts can have', async () => {
    const { accountId } = await api.openAccount();
    const { plans, packs } = await read();
    for (const { name, credits } of packs) {
      const answer = await api.call(`/v1/accounts/${accountId}/grants`, {
        key: api.platformKey,
        body: { source: 'top_up', pack: name, reference: `payment-${name}` },
      });
      expect([answer.status, answer.json()['amount']]).toEqual([201, credits]);
    }
    for (const { name } of plans) {
      const answer = await api.call(`/v1/accounts/${accountId}/plan`, {
        method: 'PUT',
        key: api.platformKey,
        body: { plan: name, reference: `sub-${name}` },
      });
      expect([answer.status, answer.json()['plan']]).toEqual([200, name]);
    }
  });

  it('says the deadlines of a model, and a quote beyond them is refused', async () => {
    const { key } = await api.openAccount();
    const [model] = (await read()).models;
    expect(model).toMatchObject({ name: 'local/render', is_default: true, is_sandbox: true });
    expect(model?.kinds).toMatchObject([
      { kind: 'static_ad', expected_seconds: 10, deadline_seconds: 900 },
      { kind: 'video_ad', expected_seconds: 120, deadline_seconds: 1_800 },
    ]);
    const { min_deadline_seconds: least = 0, max_deadline_seconds: most = 0 } = model ?? {};
    const quoted = async (deadline_seconds: number) => {
      const body = {
        kind: 'static_ad',
        brief: { headline: 'A kettle' },
        model: model?.name,
        deadline_seconds,
      };
      return (await api.call('/v1/quotes', { key, body })).status;
    };
    expect(await Promise.all([least - 1, least, most, most + 1].map(quoted))).toEqual([400, 200, 200, 400]);
  });

  it('says the terms of grants, and below which balance an account is warned (docs/credits.md)', async () => {
    const { grants, low_balance_at } = await read();
    const day = 24 * 3_600;
    expect(grants).toEqual({
      sign_up: { credits: 1_000 },
      trial: { credits: 3_000, lifetime_seconds: 7 * day },
      referral: { credits: 3_000, lifetime_months: 12 },
      goodwill: { lifetime_seconds: 90 * day },
      top_up: { lifetime_months: 12 },
    });
    expect(low_balance_at).toBe(700);
  });

  it('says of each model how it makes a kind: media type, dimensions, stages, and whether it is shown pictures', async () => {
    const [sandbox, fal, , film] = (await read()).models;
    const inOneCall = { media_type: 'image/png', stages: null, fallbacks: [] };
    expect(sandbox?.kinds).toMatchObject([{ ...inOneCall, dimensions: null }, { media_type: 'video/mp4' }]);
    expect(sandbox?.kinds[1]?.['stages']).toEqual([
      { name: 'script', needs: [], parts: 1, media_type: 'application/json' },
      { name: 'scenes', needs: ['script'], parts: 4, media_type: 'image/png' },
      { name: 'motion', needs: ['script', 'scenes'], parts: 4, media_type: 'video/mp4' },
      { name: 'voice', needs: ['script'], parts: 1, media_type: 'audio/mp4' },
      { name: 'captions', needs: ['script'], parts: 1, media_type: 'text/vtt' },
      { name: 'render', needs: ['script', 'motion', 'voice', 'captions'], parts: 1, media_type: 'video/mp4' },
    ]);
    expect(fal).toMatchObject({
      takes_references: false,
      kinds: [{ ...inOneCall, dimensions: { width: 768, height: 1_024 } }],
    });
    expect(film?.kinds).toHaveLength(1);
    // What a service is called there, and what it bills, is not for customers.
    expect(JSON.stringify([sandbox, fal, film])).not.toMatch(/remote|provider|cost|flux\/dev|gpt|kling/);
  });

  it('is the same for every key with any scope, and refused without one', async () => {
    const account = await api.openAccount();
    const asAccount = await read(await api.createKey(account.accountId, ['jobs:read']));
    expect(asAccount).toEqual(await read(await api.createKey(null, ['support'])));
    expectProblem(await api.call('/v1/catalogue'), 401, 'unauthenticated');
  });
});
