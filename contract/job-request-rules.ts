import { JOB_REQUEST_LIMITS, type JobRequest, type WorkItem } from '../domain/job-request.ts';
import { modelOf } from '../domain/models.ts';
import type { FieldError } from './problem-shape.ts';
import { outputCountOf, workItemsOf } from '../domain/quote.ts';
import { toSandboxText } from '../domain/sandbox-text.ts';

const SANDBOX_SCRIPTS =
  'It draws Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Thai, Chinese, Japanese, Korean and emoji.';

export type BodyRules = {
  /** False where test scenarios are switched off, whatever the model. */
  readonly allowsTestScenarios: boolean;
  /** True for development: reference assets over plain http, and from this machine. */
  readonly allowsLocalAssetUrls: boolean;
};

export type RequestRules = BodyRules & {
  /** The model services that this deployment has, by the names that models give. */
  readonly providers: readonly string[];
};

/** The name of the one model service that can be set, by MODEL_SERVICE_URL. */
const LOCAL_PROVIDER = 'local';

export function providersOf(config: { readonly modelServiceUrl: string | null }): readonly string[] {
  return config.modelServiceUrl === null ? [] : [LOCAL_PROVIDER];
}

/**
 * Models that nothing here can run. Not a rule of the body: what was admitted under its key before the service was taken
 * away is still told of, so this is for new jobs only.
 */
export function notOfferedErrors(request: JobRequest, rules: RequestRules): readonly FieldError[] {
  return workItemsOf(request).flatMap((work, item) => {
    const model = modelOf(work.model);
    if (model === undefined || rules.providers.includes(model.provider)) return [];
    return {
      pointer: `${pointerOf(request, item)}/model`,
      code: 'not_offered',
      detail:
        `This deployment has no model service for ${model.name}. Its operator sets MODEL_SERVICE_URL for API and workers ` +
        '(with docker-compose.yml in .env, beside COMPOSE_PROFILES=sandbox for the sandbox).',
    };
  });
}

function pointerOf(request: JobRequest, item: number): string {
  return request.kind === 'batch' ? `/items/${String(item)}` : '';
}

/** What is wrong with a body whose every field is right by itself. */
export function ruleErrors(request: JobRequest, rules: BodyRules): readonly FieldError[] {
  const items = workItemsOf(request);
  return [
    ...items.flatMap((work, item) => workErrors(work, pointerOf(request, item), rules)),
    ...deadlineErrors(request, items),
    ...countErrors(request),
    ...agreementErrors(request),
  ];
}

function workErrors(work: WorkItem, pointer: string, rules: BodyRules): readonly FieldError[] {
  const model = modelOf(work.model);
  if (model === undefined) {
    return [
      { pointer: `${pointer}/model`, code: 'unknown_model', detail: 'There is no model of this name.' },
    ];
  }
  const errors: FieldError[] = [];
  // An edit is of its source's kind, which is not known here.
  if (work.kind !== 'edit' && model.times[work.kind] === undefined) {
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

/** What the sandbox writes into a picture: a text that it has no glyphs for would be paid and not seen. */
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
function deadlineErrors(request: JobRequest, items: readonly WorkItem[]): readonly FieldError[] {
  const seconds = request.deadline_seconds;
  if (seconds === undefined) return [];
  const models = items.flatMap((work) => modelOf(work.model) ?? []);
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
