import { describe, expect, it } from 'vitest';
import { ADOPTER_TOOLS } from '../../../catalogue/adopter-tools.ts';
import { parseJobRequest } from '../../../contract/job-request/parse-job-request.ts';
import { SUPERSCALE_RULES } from '../../harness/superscale.ts';

const brief = { headline: 'A kettle' };
const staticAd = { kind: 'static_ad', brief };
const videoAd = { kind: 'video_ad', brief };
const edit = { kind: 'edit', source_output_id: 'out_aaaaaaaaaaaaaaaaaaaaaaaaaa_0' };

const errorsOf = (body: unknown) => {
  const parsed = parseJobRequest(body, SUPERSCALE_RULES);
  return parsed.ok ? [] : parsed.errors.map(({ pointer, code }) => `${pointer} ${code}`);
};
const withBrief = (fields: object) => ({ ...staticAd, brief: { ...brief, ...fields } });
const pairs = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${String(index)}`, 'v']));

describe('a job body is accepted', () => {
  it.each<[string, unknown]>([
    ['the smallest static ad', staticAd],
    ['the smallest video ad', videoAd],
    ['an edit', edit],
    ['an edit with an instruction', { ...edit, instruction: 'bluer\nplease', duration_seconds: 15 }],
    ['a batch', { kind: 'batch', items: [staticAd, { ...videoAd, variations: 3 }, edit] }],
    [
      'everything a video ad can say',
      {
        ...videoAd,
        model: 'local/render',
        variations: 50,
        duration_seconds: 60,
        quality: 'high',
        max_credits: 900,
        deadline_seconds: 3,
        member: 'm',
        project: 'p',
        metadata: { k: '' },
        force: true,
        test_scenario: 'ok',
      },
    ],
    ['a quote', { ...staticAd, quote_id: 'quote_abc' }],
    [
      'every text at its limit, in code points',
      {
        ...staticAd,
        brief: {
          headline: '🫖'.repeat(120),
          body: 'b'.repeat(1_000),
          call_to_action: 'c'.repeat(60),
          brand_color: '#00aA77',
          reference_asset_urls: Array.from({ length: 10 }, () => 'https://example.com/a.png'),
        },
        metadata: { ...pairs(19), ['k'.repeat(40)]: 'v'.repeat(200) },
        member: 'm'.repeat(64),
        deadline_seconds: 3_600,
      },
    ],
    [
      'scripts that are not Latin',
      withBrief({ headline: 'خبز', body: '面包 パン 빵', call_to_action: 'สั่ง 🎉' }),
    ],
    ['line breaks and tabs in a body', withBrief({ body: 'one\n\ttwo' })],
    [
      'a batch of exactly 500 outputs',
      { kind: 'batch', items: Array.from({ length: 10 }, () => ({ ...staticAd, variations: 50 })) },
    ],
  ])('%s', (_name, body) => {
    expect(errorsOf(body)).toEqual([]);
  });
});

describe('a job body is refused with a pointer and a code for each fault', () => {
  it.each<[string, unknown, string[]]>([
    ['null', null, [' wrong_type']],
    ['a list', [], [' wrong_type']],
    ['a number', 7, [' wrong_type']],
    ['a text', 'static_ad', [' wrong_type']],
    ['no kind', { brief }, ['/kind required']],
    ['a kind that is a number', { kind: 1 }, ['/kind wrong_type']],
    ['an unknown kind', { kind: 'poster' }, ['/kind not_one_of']],
    ['no brief', { kind: 'static_ad' }, ['/brief required']],
    ['a brief that is null', { kind: 'video_ad', brief: null }, ['/brief wrong_type']],
    ['a brief that is a list', { kind: 'video_ad', brief: [] }, ['/brief wrong_type']],
    ['no headline', { kind: 'static_ad', brief: {} }, ['/brief/headline required']],
    ['a headline that is a number', withBrief({ headline: 1 }), ['/brief/headline wrong_type']],
    [
      'a headline that the sandbox cannot draw',
      withBrief({ headline: 'ᚠᚢ' }),
      ['/brief/headline not_drawable'],
    ],
    [
      'other texts that it cannot draw',
      withBrief({ body: 'One ཨ', call_to_action: 'የ' }),
      ['/brief/body not_drawable', '/brief/call_to_action not_drawable'],
    ],
    ['an instruction that it cannot draw', { ...edit, instruction: 'ᚠ' }, ['/instruction not_drawable']],
    [
      'an item that it cannot draw',
      { kind: 'batch', items: [staticAd, withBrief({ headline: 'ᚠ' })] },
      ['/items/1/brief/headline not_drawable'],
    ],
    ['an empty headline', withBrief({ headline: '' }), ['/brief/headline too_short']],
    ['a blank headline', withBrief({ headline: ' \u00a0 ' }), ['/brief/headline too_short']],
    ['a long headline', withBrief({ headline: 'x'.repeat(121) }), ['/brief/headline too_long']],
    [
      'a headline of a mebibyte',
      withBrief({ headline: 'x'.repeat(1_000_000) }),
      ['/brief/headline too_long'],
    ],
    ['a line break in a headline', withBrief({ headline: 'a\nb' }), ['/brief/headline control_character']],
    ['NUL in a body', withBrief({ body: 'a\u0000b' }), ['/brief/body control_character']],
    ['half a surrogate pair', withBrief({ headline: 'a\ud800b' }), ['/brief/headline lone_surrogate']],
    ['the other half', withBrief({ headline: '\udc00' }), ['/brief/headline lone_surrogate']],
    ['a long body', withBrief({ body: 'x'.repeat(1_001) }), ['/brief/body too_long']],
    [
      'a long call to action',
      withBrief({ call_to_action: 'x'.repeat(61) }),
      ['/brief/call_to_action too_long'],
    ],
    ['a color by name', withBrief({ brand_color: 'teal' }), ['/brief/brand_color not_a_color']],
    ['a short color', withBrief({ brand_color: '#0a7' }), ['/brief/brand_color not_a_color']],
    ['a color that is a number', withBrief({ brand_color: 7 }), ['/brief/brand_color wrong_type']],
    [
      'a url that is none',
      withBrief({ reference_asset_urls: ['nope'] }),
      ['/brief/reference_asset_urls/0 not_a_url'],
    ],
    [
      'a file url',
      withBrief({ reference_asset_urls: ['file:///etc/passwd'] }),
      ['/brief/reference_asset_urls/0 not_a_url'],
    ],
    [
      'a url with credentials',
      withBrief({ reference_asset_urls: ['https://u:p@example.com'] }),
      ['/brief/reference_asset_urls/0 not_a_url'],
    ],
    [
      'a long url',
      withBrief({ reference_asset_urls: [`https://e.com/${'x'.repeat(2_048)}`] }),
      ['/brief/reference_asset_urls/0 too_long'],
    ],
    [
      'eleven urls',
      withBrief({ reference_asset_urls: Array.from({ length: 11 }, () => 'https://e.com') }),
      ['/brief/reference_asset_urls too_many'],
    ],
    [
      'urls that are a text',
      withBrief({ reference_asset_urls: 'https://e.com' }),
      ['/brief/reference_asset_urls wrong_type'],
    ],
    ['an unknown field of a brief', withBrief({ 'head/line~': 1 }), ['/brief/head~1line~0 unknown_field']],
    ['an unknown field', { ...staticAd, prompt: 'x' }, ['/prompt unknown_field']],
    [
      '__proto__ as a field',
      JSON.parse('{"kind":"static_ad","brief":{"headline":"x"},"__proto__":{}}'),
      ['/__proto__ not_allowed'],
    ],
    [
      '__proto__ as a label',
      JSON.parse('{"kind":"static_ad","brief":{"headline":"x"},"metadata":{"__proto__":"x"}}'),
      ['/metadata/__proto__ not_allowed'],
    ],
    ['a model that is a number', { ...staticAd, model: 1 }, ['/model wrong_type']],
    ['an unknown model', { ...staticAd, model: 'nope/none' }, ['/model unknown_model']],
    ['no variations', { ...staticAd, variations: 0 }, ['/variations too_small']],
    ['too many variations', { ...staticAd, variations: 51 }, ['/variations too_large']],
    ['half a variation', { ...staticAd, variations: 1.5 }, ['/variations not_an_integer']],
    ['2^53 variations', { ...staticAd, variations: 2 ** 53 }, ['/variations too_large']],
    [
      '1e309 variations',
      JSON.parse('{"kind":"static_ad","brief":{"headline":"x"},"variations":1e309}'),
      ['/variations too_large'],
    ],
    ['variations as text', { ...staticAd, variations: '1' }, ['/variations wrong_type']],
    ['a duration on a static ad', { ...staticAd, duration_seconds: 15 }, ['/duration_seconds not_allowed']],
    ['a quality on a static ad', { ...staticAd, quality: 'draft' }, ['/quality not_allowed']],
    ['an odd duration', { ...videoAd, duration_seconds: 20 }, ['/duration_seconds not_one_of']],
    ['a duration as text', { ...videoAd, duration_seconds: '15' }, ['/duration_seconds wrong_type']],
    ['an unknown quality', { ...videoAd, quality: 'best' }, ['/quality not_one_of']],
    ['a quality that is null', { ...videoAd, quality: null }, ['/quality wrong_type']],
    [
      'a source on a static ad',
      { ...staticAd, source_output_id: 'out_a' },
      ['/source_output_id not_allowed'],
    ],
    ['an edit without a source', { kind: 'edit' }, ['/source_output_id required']],
    ['an edit of a job', { kind: 'edit', source_output_id: 'job_a' }, ['/source_output_id not_an_id']],
    ['a long instruction', { ...edit, instruction: 'x'.repeat(2_001) }, ['/instruction too_long']],
    ['items on a static ad', { ...staticAd, items: [] }, ['/items not_allowed']],
    ['a batch without items', { kind: 'batch' }, ['/items required']],
    ['a batch of none', { kind: 'batch', items: [] }, ['/items too_few']],
    ['a batch with a brief', { kind: 'batch', items: [staticAd], brief }, ['/brief not_allowed']],
    [
      'a batch in a batch',
      { kind: 'batch', items: [{ kind: 'batch', items: [staticAd] }] },
      ['/items/0/kind not_one_of'],
    ],
    [
      'a deadline in an item',
      { kind: 'batch', items: [{ ...staticAd, deadline_seconds: 60 }] },
      ['/items/0/deadline_seconds not_allowed'],
    ],
    [
      'a quote in an item',
      { kind: 'batch', items: [{ ...staticAd, quote_id: 'quote_a' }] },
      ['/items/0/quote_id not_allowed'],
    ],
    [
      'an item without a headline',
      { kind: 'batch', items: [staticAd, { kind: 'static_ad', brief: {} }] },
      ['/items/1/brief/headline required'],
    ],
    ['501 items', { kind: 'batch', items: Array.from({ length: 501 }, () => staticAd) }, ['/items too_many']],
    [
      '501 outputs',
      {
        kind: 'batch',
        items: Array.from({ length: 11 }, (_, i) => ({ ...staticAd, variations: i === 10 ? 1 : 50 })),
      },
      ['/items too_many'],
    ],
    [
      'an unknown model in an item',
      { kind: 'batch', items: [{ ...staticAd, model: 'x' }] },
      ['/items/0/model unknown_model'],
    ],
    ['a quote id that is a number', { ...staticAd, quote_id: 1 }, ['/quote_id wrong_type']],
    ['a quote id that is none', { ...staticAd, quote_id: 'job_a' }, ['/quote_id not_an_id']],
    [
      'a quote and a maximum',
      { ...staticAd, quote_id: 'quote_a', max_credits: 35 },
      ['/max_credits conflict'],
    ],
    ['a maximum of nothing', { ...staticAd, max_credits: 0 }, ['/max_credits too_small']],
    ['a negative maximum', { ...staticAd, max_credits: -35 }, ['/max_credits too_small']],
    ['a maximum of 2^53', { ...staticAd, max_credits: 2 ** 53 }, ['/max_credits too_large']],
    ['a broken maximum', { ...staticAd, max_credits: 35.5 }, ['/max_credits not_an_integer']],
    ['too short a deadline', { ...staticAd, deadline_seconds: 2 }, ['/deadline_seconds too_small']],
    ['too long a deadline', { ...staticAd, deadline_seconds: 3_601 }, ['/deadline_seconds too_large']],
    ['a deadline as text', { ...staticAd, deadline_seconds: '60' }, ['/deadline_seconds wrong_type']],
    ['a long member', { ...staticAd, member: 'm'.repeat(65) }, ['/member too_long']],
    ['an empty project', { ...staticAd, project: '' }, ['/project too_short']],
    ['21 labels', { ...staticAd, metadata: pairs(21) }, ['/metadata too_many']],
    [
      'a long label',
      { ...staticAd, metadata: { ['k'.repeat(41)]: 'v' } },
      [`/metadata/${'k'.repeat(41)} too_long`],
    ],
    ['an empty label', { ...staticAd, metadata: { '': 'v' } }, ['/metadata/ too_short']],
    ['a long label value', { ...staticAd, metadata: { k: 'v'.repeat(201) } }, ['/metadata/k too_long']],
    ['a label value that is a number', { ...staticAd, metadata: { k: 1 } }, ['/metadata/k wrong_type']],
    ['labels that are a list', { ...staticAd, metadata: ['k'] }, ['/metadata wrong_type']],
    ['force as text', { ...staticAd, force: 'true' }, ['/force wrong_type']],
    ['an unknown scenario', { ...staticAd, test_scenario: 'explodes' }, ['/test_scenario not_one_of']],
    ['eleven levels', { ...staticAd, metadata: nested(10) }, [`/metadata${'/a'.repeat(9)} too_deep`]],
  ])('%s', (_name, body, expected) => {
    expect(errorsOf(body)).toEqual(expected);
  });

  it('half a million brackets, without a stack overflow', () => {
    const body: unknown = JSON.parse(`${'['.repeat(500_000)}${']'.repeat(500_000)}`);
    expect(errorsOf(body)).toEqual([`${'/0'.repeat(10)} too_deep`]);
  });

  it('500 faults, of which 100 are named', () => {
    const body = {
      kind: 'batch',
      items: Array.from({ length: 500 }, () => ({ kind: 'static_ad', brief: {} })),
    };
    expect(errorsOf(body)).toHaveLength(100);
  });

  it('a test scenario where they are switched off', () => {
    const rules = { ...SUPERSCALE_RULES, allowsTestScenarios: false, allowsLocalAssetUrls: false };
    const parsed = parseJobRequest({ ...staticAd, test_scenario: 'ok' }, rules);
    expect(parsed).toMatchObject({ ok: false, errors: [{ pointer: '/test_scenario', code: 'not_allowed' }] });
  });

  it('a reference asset over plain http, outside development', () => {
    const reference_asset_urls = ['https://example.com/a.png', 'HTTP://example.com/b.png'];
    const body = {
      kind: 'batch',
      items: [staticAd, { kind: 'static_ad', brief: { headline: 'A kettle', reference_asset_urls } }],
    };
    const rules = { ...SUPERSCALE_RULES, allowsTestScenarios: true, allowsLocalAssetUrls: false };
    expect(parseJobRequest(body, rules)).toMatchObject({
      ok: false,
      errors: [{ pointer: '/items/1/brief/reference_asset_urls/1', code: 'not_https' }],
    });
    expect(parseJobRequest(body, { ...rules, allowsLocalAssetUrls: true }).ok).toBe(true);
  });
});

function nested(levels: number): object {
  return levels === 0 ? {} : { a: nested(levels - 1) };
}

describe('a field that allows every text and every value', () => {
  const { defineCatalogue, superscale, z, flat } = ADOPTER_TOOLS;
  const [model] = superscale.models;
  const catalogue = defineCatalogue({
    ...superscale,
    kinds: [
      ...superscale.kinds,
      {
        name: 'poster',
        fields: { title: z.string(), extras: z.any().optional() },
        mediaTypes: ['image/png'],
      },
    ],
    models: superscale.models.map((one) => ({
      ...one,
      makes: { ...one.makes, poster: { times: (model?.makes['static_ad'] ?? { times: never() }).times } },
    })),
    priceLists: superscale.priceLists.map((list) => ({
      ...list,
      prices: { ...list.prices, poster: flat(7) },
    })),
  });
  const errors = (fields: object) => {
    const parsed = parseJobRequest(
      { kind: 'poster', title: 't', ...fields },
      { ...SUPERSCALE_RULES, catalogue },
    );
    return parsed.ok ? [] : parsed.errors.map(({ pointer, code }) => `${pointer} ${code}`);
  };

  it.each<[string, object, readonly string[]]>([
    ['a text with NUL', { title: 'a\u0000' }, ['/title control_character']],
    ['half a character', { title: 'a\ud800' }, ['/title lone_surrogate']],
    ['a text within', { extras: { words: ['a', '\udc00'] } }, ['/extras/words/1 lone_surrogate']],
    ['a name within', { extras: { words: { 'a\u0000': 1 } } }, ['/extras/words control_character']],
    ['a number out of range', { extras: JSON.parse('[1e400]') as unknown }, ['/extras/0 too_large']],
  ])('is refused what no store takes: %s', (_, fields, expected) => {
    expect(errors(fields)).toEqual(expected);
  });

  it('accepts a control character, an emoji, null and an empty text', () => {
    expect(errors({ title: '\u0007 🫖', extras: { deep: [null, true, 1e300, '', {}] } })).toEqual([]);
  });
});

function never(): never {
  throw new Error('the shipped model makes static ads');
}
