import path from 'node:path';
import { loadCatalogue } from '../../catalogue/load-catalogue.ts';
import { jsonSchemaOfKind } from '../../contract/job-request/job-request-schema.ts';

const FILE = path.join(import.meta.dirname, '../../examples/catalogues/voice-studio/voice-studio.mjs');
const MODEL = 'studio/sandbox';
const loaded = await loadCatalogue(FILE);
const TOTAL = 40;

/**
 * The API's responses for the voice studio's kinds, with a price for any request. They save a second stack, which takes
 * 10 s to start.
 */
export function voiceStudio() {
  const asked: unknown[] = [];
  const kinds = loaded.kinds.map((kind) => ({
    name: kind.name,
    schema: jsonSchemaOfKind(kind),
    media_types: kind.mediaTypes,
    can_be_edited: kind.canBeEdited,
    can_be_varied: kind.canBeVaried,
    retention_days: kind.retentionDays,
    price_rule: null,
    default_model: MODEL,
  }));
  const times = { expected_seconds: 10, deadline_seconds: 600 };
  const model = {
    name: MODEL,
    is_default: true,
    is_sandbox: true,
    is_offered: true,
    kinds: kinds.map(({ name }) => ({ kind: name, ...times })),
  };
  const answer = (body: unknown) => {
    asked.push(body);
    const { kind } = body as { readonly kind: string };
    return {
      json: {
        id: 'quote_of_the_studio',
        total: TOTAL,
        lines: [{ item: 0, kind, quantity: 1, unit_credits: TOTAL, credits: TOTAL }],
        available: 1_000,
        balance_after: 1_000 - TOTAL,
        affordable: true,
        returned_automatically_by: new Date(Date.now() + 600_000).toISOString(),
        cancel_rule: '',
        model_health: 'healthy',
      },
    };
  };
  return { catalogue: { kinds, models: [model] }, requestOf: { asked, answer } };
}
