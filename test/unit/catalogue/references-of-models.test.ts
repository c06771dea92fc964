import { describe, expect, test } from 'vitest';
import { parseJobRequest } from '../../../contract/job-request/parse-job-request.ts';
import { callsOf, costRuleOf, makingOf, providersFor } from '../../../domain/work/models.ts';
import { SUPERSCALE } from '../../harness/superscale.ts';

const PICTURE = { sha256: 'f'.repeat(64), content_type: 'image/png', bytes: 9 };
const SCRIPT = JSON.stringify({
  scenes: Array.from({ length: 4 }, () => ({ line: 'It sings.', picture: 'A kettle', motion: 'It boils' })),
});
const earlier = (stage: string, part: number, text: string | null = null) =>
  ({ stage, part, contentType: 'any/thing', sha256: `${stage} ${String(part)}`, text }) as const;
const INPUTS = [
  earlier('script', 1, SCRIPT),
  ...[1, 2, 3, 4].flatMap((part) => [earlier('scenes', part), earlier('motion', part)]),
];

/** Every kind by every shipped model that makes its input itself. */
const MAKINGS = SUPERSCALE.models.flatMap((model) =>
  Object.keys(model.makes)
    .filter((kind) => model.toInput !== null || Object.keys(makingOf(model, kind)?.toInputs ?? {}).length > 0)
    .map((kind) => [model.name, kind, model] as const),
);

describe.each(MAKINGS)('%s, which makes %s', (name, kind, model) => {
  const work = { kind, brief: { headline: 'A kettle' }, duration_seconds: 15 };

  test('gets the pictures of a brief if it takes references, and else none', () => {
    const stages = Object.values(makingOf(model, kind)?.toInputs ?? {});
    const inputs = [
      ...(model.toInput === null ? [] : [model.toInput(work, [PICTURE], null)]),
      ...stages.map((toInput) => toInput(work, { part: 1, inputs: INPUTS, references: [PICTURE] })),
    ];
    expect(inputs.length).toBeGreaterThan(0);
    expect(JSON.stringify(inputs).includes(PICTURE.sha256)).toBe(model.takesReferences);
  });

  test('refuses a request with pictures before its quote if it takes no references', () => {
    const rules = {
      ...{ catalogue: SUPERSCALE, providers: providersFor(model, kind) },
      ...{ allowsTestScenarios: false, allowsLocalAssetUrls: false },
    };
    const brief = { headline: 'A kettle', reference_asset_urls: ['https://example.com/kettle.png'] };
    const parsed = parseJobRequest({ kind, model: name, brief }, rules);
    const pointers = parsed.ok ? [] : parsed.errors.map(({ pointer, code }) => `${pointer} ${code}`);
    expect(pointers).toEqual(model.takesReferences ? [] : ['/brief/reference_asset_urls not_supported']);
    expect(parseJobRequest({ kind, model: name, brief: { headline: 'A kettle' } }, rules).ok).toBe(true);
  });
});

test('the cost of a call, of a model or of one of its stages, is found by provider and name', () => {
  expect(costRuleOf(SUPERSCALE.models, { provider: 'replicate', model: 'google/nano-banana' })).toEqual({
    per_call: '0.0390',
  });
  expect(costRuleOf(SUPERSCALE.models, { provider: 'openai', model: 'chat/gpt-5-mini' })).toEqual({
    per_call: '0.0050',
  });
  expect(costRuleOf(SUPERSCALE.models, { provider: 'local', model: 'local/render' })).toBeNull();
  expect(SUPERSCALE.models.flatMap((model) => callsOf(model)).length).toBeGreaterThan(5);
});
