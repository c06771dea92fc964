import type { AccountMode } from '../../domain/account-mode.ts';
import { JOB_REQUEST_LIMITS, type JobRequest, type WorkItem } from '../../domain/work/job-request.ts';
import { isOffered, makingOf, modelFor, providersFor, type Model } from '../../domain/work/models.ts';
import { outputCountOf, workItemsOf } from '../../domain/prices/quote.ts';
import { toSandboxText } from '../../domain/texts/sandbox-text.ts';
import { faultOfStoredText } from '../../domain/texts/text-rule.ts';
import { BATCH_KIND, EDIT_KIND, hasReferenceUrls } from '../../domain/work/work.ts';
import type { Catalogue } from '../defined-catalogue.ts';
import { fieldErrorsOf, pointerOf } from './field-errors.ts';
import type { FieldError } from '../shapes/problem-shape.ts';

export type RequestRules = {
  /** The catalogue that a request is checked against. */
  readonly catalogue: Catalogue;
  /** The model services of this deployment, by the models' names of them. */
  readonly providers: readonly string[];
  /** False: test scenarios are off, whatever the model. */
  readonly allowsTestScenarios: boolean;
  /** True for development: reference assets over plain http, and from this machine. */
  readonly allowsLocalAssetUrls: boolean;
  /** Set for a test account: see rulesFor. */
  readonly isOfTests?: true;
};

/** The rules of an account of a mode: a test account has the sandbox model only, and test scenarios. */
export function rulesFor(rules: RequestRules, mode: AccountMode): RequestRules {
  if (mode === 'live') return rules;
  const models = rules.catalogue.models.filter((model) => model.isSandbox);
  return { ...rules, catalogue: { ...rules.catalogue, models }, allowsTestScenarios: true, isOfTests: true };
}

type ParsedJobRequest =
  | { readonly ok: true; readonly request: JobRequest }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * Parses a job body from JSON. It fills in no defaults, so that the fingerprinted and the parsed body are the same.
 * Never throws.
 */
export function parseJobRequest(body: unknown, rules: RequestRules): ParsedJobRequest {
  const tooDeep = nestingErrors(body);
  if (tooDeep.length > 0) return { ok: false, errors: tooDeep };
  const { schema, knownFields } = rules.catalogue.jobRequest;
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    const errors = fieldErrorsOf(body, parsed.error.issues, (field) => knownFields.has(field));
    return { ok: false, errors };
  }
  const request = parsed.data;
  const errors = ruleErrors(request, rules);
  return errors.length > 0 ? { ok: false, errors } : { ok: true, request };
}

/**
 * Limits the nesting of objects and lists before anything recursive (zod, canonical JSON) reads the body. Iterative, so
 * that half a million brackets cost no stack. It also refuses the one field name that JavaScript libraries drop
 * silently.
 */
function nestingErrors(body: unknown): readonly FieldError[] {
  const maxDepth = JOB_REQUEST_LIMITS.depth;
  const waiting: { readonly value: unknown; readonly path: readonly string[] }[] = [
    { value: body, path: [] },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (path.length >= maxDepth) {
      return [{ pointer: pointerOf(path), code: 'too_deep', detail: `At most ${String(maxDepth)} levels.` }];
    }
    for (const [key, inner] of Object.entries(value as Readonly<Record<string, unknown>>)) {
      if (key === '__proto__') {
        return [
          { pointer: pointerOf([...path, key]), code: 'not_allowed', detail: 'Nothing may have this name.' },
        ];
      }
      if (typeof inner === 'object') waiting.push({ value: inner, path: [...path, key] });
    }
  }
  return [];
}

/** The first value that a kind's own fields may allow and no store takes. */
function unstoredErrors(request: JobRequest): readonly FieldError[] {
  const waiting: { readonly value: unknown; readonly path: readonly string[] }[] = [
    { value: request, path: [] },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        // The name is not repeated: the pointer is that of its object.
        const fault = faultOfStoredText(key);
        if (fault !== null) return [{ pointer: pointerOf(path), ...fault }];
        waiting.push({ value: inner, path: [...path, key] });
      }
      continue;
    }
    const fault =
      typeof value === 'string'
        ? faultOfStoredText(value)
        : typeof value === 'number' && !Number.isFinite(value)
          ? { code: 'too_large', detail: 'A number too large to be one.' }
          : null;
    if (fault !== null) return [{ pointer: pointerOf(path), ...fault }];
  }
  return [];
}

/** The model of a work; of an edit, whose kind is its source's, the first that this deployment can run. */
function modelOfWork(work: WorkItem, { catalogue, providers }: RequestRules): Model | undefined {
  const { models } = catalogue;
  if (work.model !== undefined || work.kind !== EDIT_KIND) return modelFor({ models, providers }, work);
  return models.find((model) => providers.includes(model.provider)) ?? models[0];
}

export function pointerOfWork(request: JobRequest, item: number): string {
  return request.kind === BATCH_KIND ? `/items/${String(item)}` : '';
}

/** The faults of a body whose fields are all valid by themselves. */
function ruleErrors(request: JobRequest, rules: RequestRules): readonly FieldError[] {
  const unstored = unstoredErrors(request);
  if (unstored.length > 0) return unstored;
  const items = workItemsOf(request);
  return [
    ...items.flatMap((work, item) => workErrors(work, pointerOfWork(request, item), rules)),
    ...deadlineErrors(request, items, rules),
    ...countErrors(request),
    ...agreementErrors(request),
  ];
}

const UNKNOWN_MODEL = { code: 'unknown_model', detail: 'There is no model of this name.' } as const;

function sandboxOnly({ catalogue }: RequestRules): Pick<FieldError, 'code' | 'detail'> {
  const names = catalogue.models.map(({ name }) => name).join(', ');
  return {
    code: 'sandbox_only',
    detail: `A test account is served by the sandbox model alone (${names || 'this catalogue has none'}).`,
  };
}

export function workErrors(work: WorkItem, pointer: string, rules: RequestRules): readonly FieldError[] {
  const model = modelOfWork(work, rules);
  if (model === undefined) {
    return [{ pointer: `${pointer}/model`, ...(rules.isOfTests ? sandboxOnly(rules) : UNKNOWN_MODEL) }];
  }
  const errors: FieldError[] = [];
  // An edit has its source's kind, which is not known here.
  if (work.kind !== EDIT_KIND && makingOf(model, work.kind) === undefined) {
    errors.push({
      pointer: `${pointer}/model`,
      code: 'not_supported',
      detail: 'This model does not make this kind.',
    });
  }
  if (work.test_scenario !== undefined && !(model.isSandbox && rules.allowsTestScenarios)) {
    const detail = 'Test scenarios are for the sandbox model only.';
    errors.push({ pointer: `${pointer}/test_scenario`, code: 'not_allowed', detail });
  }
  if (!model.takesReferences && hasReferenceUrls(work)) {
    const detail = 'This model is shown no pictures. Leave them out, or name another model.';
    errors.push({ pointer: `${pointer}/brief/reference_asset_urls`, code: 'not_supported', detail });
  }
  if (model.isSandbox) errors.push(...drawnTextErrors(work, pointer));
  return [...errors, ...(rules.allowsLocalAssetUrls ? [] : assetUrlErrors(work, pointer))];
}

const SANDBOX_SCRIPTS =
  'It draws Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Thai, Chinese, Japanese, Korean and emoji.';

/** The texts that the sandbox draws: one without glyphs would be charged and not seen. */
function drawnTextErrors({ brief, instruction }: WorkItem, pointer: string): readonly FieldError[] {
  const drawn = {
    'brief/headline': brief?.headline,
    'brief/body': brief?.body,
    'brief/call_to_action': brief?.call_to_action,
    instruction,
  };
  return Object.entries(drawn).flatMap(([field, text]) => {
    const missing = text === undefined ? null : toSandboxText(text).missing;
    if (missing === null) return [];
    const code = (missing.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const detail = `The sandbox model cannot draw U+${code}. ${SANDBOX_SCRIPTS}`;
    return [{ pointer: `${pointer}/${field}`, code: 'not_drawable', detail }];
  });
}

/** Checks https here; the host's address is checked when it is connected to. */
function assetUrlErrors(work: WorkItem, pointer: string): readonly FieldError[] {
  const urls = work.brief?.reference_asset_urls ?? [];
  return urls.flatMap((url, index) =>
    new URL(url).protocol === 'https:'
      ? []
      : {
          pointer: `${pointer}/brief/reference_asset_urls/${String(index)}`,
          code: 'not_https',
          detail: 'An https address.',
        },
  );
}

/** The deadline is the job's, so it must suit all its models. */
function deadlineErrors(
  request: JobRequest,
  items: readonly WorkItem[],
  rules: RequestRules,
): readonly FieldError[] {
  const seconds = request.deadline_seconds;
  if (seconds === undefined) return [];
  const models = items.flatMap((work) => modelOfWork(work, rules) ?? []);
  const min = Math.max(...models.map((model) => model.minDeadlineSeconds));
  const max = Math.min(...models.map((model) => model.maxDeadlineSeconds));
  const detail = `From ${String(min)} to ${String(max)} seconds.`;
  if (seconds < min) return [{ pointer: '/deadline_seconds', code: 'too_small', detail }];
  if (seconds > max) return [{ pointer: '/deadline_seconds', code: 'too_large', detail }];
  return [];
}

function countErrors(request: JobRequest): readonly FieldError[] {
  if (outputCountOf(request) <= JOB_REQUEST_LIMITS.outputs) return [];
  const detail = `At most ${String(JOB_REQUEST_LIMITS.outputs)} outputs in all.`;
  return [{ pointer: '/items', code: 'too_many', detail }];
}

function agreementErrors(request: JobRequest): readonly FieldError[] {
  if (request.quote_id === undefined || request.max_credits === undefined) return [];
  return [{ pointer: '/max_credits', code: 'conflict', detail: 'Give quote_id or max_credits, not both.' }];
}

/** The provider whose address is MODEL_SERVICE_URL. */
const LOCAL_PROVIDER = 'local';

/** The model services with an address, by the models' names of them. */
export function providersOf(config: {
  readonly modelServices: Readonly<Record<string, string | null>>;
}): readonly string[] {
  return Object.entries(config.modelServices).flatMap(([name, url]) => (url === null ? [] : [name]));
}

/**
 * Models that no service here can run. It is not a rule of the body: a job that was admitted before its service went
 * away can still be replayed, so this is for new jobs only.
 */
export function notOfferedErrors(request: JobRequest, rules: RequestRules): readonly FieldError[] {
  return workItemsOf(request).flatMap((work, item) => offerErrors(work, pointerOfWork(request, item), rules));
}

export function offerErrors(work: WorkItem, pointer: string, rules: RequestRules): readonly FieldError[] {
  const model = modelOfWork(work, rules);
  if (model === undefined || isOffered(model, work.kind, rules.providers)) return [];
  const missing = providersFor(model, work.kind).filter((provider) => !rules.providers.includes(provider));
  const detail = `This deployment has no model service for ${model.name}. ${adviceFor(missing)}`;
  return [{ pointer: `${pointer}/model`, code: 'not_offered', detail }];
}

function adviceFor(providers: readonly string[]): string {
  if (!providers.includes(LOCAL_PROVIDER)) return `Its operator configures ${providers.join(' and ')}.`;
  return (
    'Its operator sets MODEL_SERVICE_URL for API and workers ' +
    '(with docker-compose.yml in .env, beside COMPOSE_PROFILES=sandbox for the sandbox).'
  );
}
