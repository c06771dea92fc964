import { JOB_REQUEST_LIMITS, type JobRequest, type WorkItem } from '../domain/job-request.ts';
import { BATCH_KIND, EDIT_KIND, kindOf } from '../domain/kind-rules.ts';
import { isOffered, makingOf, modelFor, providersFor, type Model } from '../domain/models.ts';
import type { FieldError } from './problem-shape.ts';
import { outputCountOf, workItemsOf } from '../domain/quote.ts';
import { toSandboxText } from '../domain/sandbox-text.ts';
import { resolveWork, type SourceOf } from '../domain/edit.ts';
import type { Catalogue } from './defined-catalogue.ts';
import { fieldErrorsOf } from './field-errors.ts';
import type { Kind } from './kind.ts';

const SANDBOX_SCRIPTS =
  'It draws Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Thai, Chinese, Japanese, Korean and emoji.';

export type RequestRules = {
  /** The catalogue that a request is checked against. */
  readonly catalogue: Catalogue;
  /** The model services that this deployment has, by the names that models give. */
  readonly providers: readonly string[];
  /** False where test scenarios are switched off, whatever the model. */
  readonly allowsTestScenarios: boolean;
  /** True for development: reference assets over plain http, and from this machine. */
  readonly allowsLocalAssetUrls: boolean;
};

/** The provider whose address is MODEL_SERVICE_URL. */
const LOCAL_PROVIDER = 'local';

/** The model services that have an address, by the names that models give. */
export function providersOf(config: {
  readonly modelServices: Readonly<Record<string, string | null>>;
}): readonly string[] {
  return Object.entries(config.modelServices).flatMap(([name, url]) => (url === null ? [] : [name]));
}

/**
 * Models that nothing here can run. Not a rule of the body: what was admitted under its key before the service was taken
 * away is still told of, so this is for new jobs only.
 */
export function notOfferedErrors(request: JobRequest, rules: RequestRules): readonly FieldError[] {
  return workItemsOf(request).flatMap((work, item) => offerErrors(work, pointerOf(request, item), rules));
}

function offerErrors(work: WorkItem, pointer: string, rules: RequestRules): readonly FieldError[] {
  const model = modelOfWork(work, rules);
  if (model === undefined || isOffered(model, work.kind, rules.providers)) return [];
  const missing = providersFor(model, work.kind).filter((provider) => !rules.providers.includes(provider));
  const detail = `This deployment has no model service for ${model.name}. ${adviceFor(missing)}`;
  return [{ pointer: `${pointer}/model`, code: 'not_offered', detail }];
}

/**
 * The faults of a request's edits once their sources are known: an edit is of its source's kind, so the rules of that kind
 * are held against it here. Every source that `sourceOf` is asked for is there.
 */
export function editErrors(
  request: JobRequest,
  sourceOf: SourceOf,
  rules: RequestRules,
): readonly FieldError[] {
  const { kinds } = rules.catalogue;
  return workItemsOf(request).flatMap((work, item) => {
    if (work.kind !== EDIT_KIND) return [];
    const pointer = pointerOf(request, item);
    const kind = kindOf(kinds, sourceOf(work.source_output_id ?? '')?.kind ?? '');
    if (kind?.canBeEdited !== true) {
      const detail = 'What this output is cannot be edited here.';
      return [{ pointer: `${pointer}/source_output_id`, code: 'not_editable', detail }];
    }
    const fieldErrors = kind.fieldNames.flatMap((field) => ownFieldErrors(kind, work, field, pointer));
    if (fieldErrors.length > 0) return fieldErrors;
    const resolved = resolveWork(work, sourceOf, kinds);
    return [...workErrors(resolved, pointer, rules), ...offerErrors(resolved, pointer, rules)];
  });
}

/** A field that kinds have in common may allow less in the kind that is edited. */
function ownFieldErrors(kind: Kind, work: WorkItem, field: string, pointer: string): readonly FieldError[] {
  const value = work[field];
  if (value === undefined) return [];
  const parsed = kind.fields[field]?.safeParse(value);
  if (parsed === undefined || parsed.success) return [];
  return fieldErrorsOf(value, parsed.error.issues).map((error) => ({
    ...error,
    pointer: `${pointer}/${field}${error.pointer}`,
  }));
}

/** The model of a work; of an edit, whose kind is its source's, the first that this deployment can run at all. */
function modelOfWork(work: WorkItem, { catalogue, providers }: RequestRules): Model | undefined {
  const { models } = catalogue;
  if (work.model !== undefined || work.kind !== EDIT_KIND) return modelFor({ models, providers }, work);
  return models.find((model) => providers.includes(model.provider)) ?? models[0];
}

function adviceFor(providers: readonly string[]): string {
  if (!providers.includes(LOCAL_PROVIDER)) return `Its operator configures ${providers.join(' and ')}.`;
  return (
    'Its operator sets MODEL_SERVICE_URL for API and workers ' +
    '(with docker-compose.yml in .env, beside COMPOSE_PROFILES=sandbox for the sandbox).'
  );
}

function pointerOf(request: JobRequest, item: number): string {
  return request.kind === BATCH_KIND ? `/items/${String(item)}` : '';
}

/** The faults of a body whose every field is right by itself. */
export function ruleErrors(request: JobRequest, rules: RequestRules): readonly FieldError[] {
  const items = workItemsOf(request);
  return [
    ...items.flatMap((work, item) => workErrors(work, pointerOf(request, item), rules)),
    ...deadlineErrors(request, items, rules),
    ...countErrors(request),
    ...agreementErrors(request),
  ];
}

function workErrors(work: WorkItem, pointer: string, rules: RequestRules): readonly FieldError[] {
  const model = modelOfWork(work, rules);
  if (model === undefined) {
    return [
      { pointer: `${pointer}/model`, code: 'unknown_model', detail: 'There is no model of this name.' },
    ];
  }
  const errors: FieldError[] = [];
  // An edit is of its source's kind, which is not known here.
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
  if (model.isSandbox) errors.push(...drawnTextErrors(work, pointer));
  return [...errors, ...(rules.allowsLocalAssetUrls ? [] : assetUrlErrors(work, pointer))];
}

/** The texts that the sandbox draws: one that it has no glyphs for would be paid and not seen. */
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

/** Whether an address is of a machine that may be asked is seen when it is fetched; that it is https is seen here. */
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

/** A deadline is the job's, so it has to suit every model in it. */
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
