import { text } from 'node:stream/consumers';
import { cancellationSignal } from '@temporalio/activity';
import type { Attempt } from '../../domain/work/attempt.ts';
import type { ReferenceAsset } from '../../domain/work/reference-assets.ts';
import type { AssetStore } from '../../assets/asset-store.ts';
import type { StageResult } from '../../jobs/attempts/read-stage-results.ts';
import type { Provider } from '../providers/provider.ts';
import { NO_INPUTS, type StageInput, type UploadedInputs } from './model-input.ts';

/**
 * `not_taken`: the provider could not be reached, or did not take them. Nothing was submitted, so it can be retried.
 */
export type UploadInputs = (
  attempt: Attempt,
  provider: Provider,
  /** The pictures of the brief. */
  references: readonly ReferenceAsset[],
  /** The files that a submission names, by SHA-256. */
  namedOf: (inputs: readonly StageInput[]) => readonly string[],
) => Promise<UploadedInputs | 'not_taken'>;

type ReadStageResults = (accountId: string, outputId: string) => Promise<readonly StageResult[]>;

/**
 * Uploads the results of earlier stages and the pictures that an attempt needs. Returns how a submission names them. It
 * can be repeated; a provider takes only what it does not have. Throws RangeError when a result is missing (the stage
 * began too early, or our store lost it), which no retry fixes.
 */
export function createUploadInputs(readResults: ReadStageResults, assets: AssetStore): UploadInputs {
  return async (attempt, provider, references, namedOf) => {
    const needs = attempt.part?.needs ?? [];
    if (needs.length === 0 && references.length === 0) return NO_INPUTS;
    const results = needs.length === 0 ? [] : await readResults(attempt.accountId, attempt.outputId);
    const inputs = await Promise.all(
      results.flatMap((result) => inputOf(result, needs)).map((input) => withText(assets, input)),
    );
    for (const stage of needs) {
      if (!inputs.some((input) => input.stage === stage)) {
        throw new RangeError(`stage ${attempt.stage} is made from ${stage}, which has no result`);
      }
    }
    const pictures = references.map(({ content_type: contentType, ...asset }) => ({ ...asset, contentType }));
    const named = new Set(namedOf(inputs));
    const files = [...inputs, ...pictures]
      .filter(({ sha256 }) => named.has(sha256))
      .map((file) => ({ ...file, open: () => openAsset(assets, file.sha256) }));
    if (files.length === 0) return { inputs, names: NO_INPUTS.names };
    try {
      const names = await provider.uploadInputs(files, cancellationSignal());
      return { inputs, names };
    } catch (error) {
      if (error instanceof RangeError) throw error;
      return 'not_taken';
    }
  };
}

/** The longest text, such as a script, that a prompt is made of. */
const MAX_TEXT_BYTES = 256 * 1024;
const TEXT_TYPE = /^(application\/json|text\/)/;

async function withText(assets: AssetStore, input: Omit<StageInput, 'text'>): Promise<StageInput> {
  const isText = TEXT_TYPE.test(input.contentType) && input.bytes <= MAX_TEXT_BYTES;
  return { ...input, text: isText ? await text(await openAsset(assets, input.sha256)) : null };
}

function inputOf(
  { stage, ...asset }: StageResult,
  needs: readonly string[],
): readonly Omit<StageInput, 'text'>[] {
  const [, name = '', part = '1'] = /^([a-z]+)(?:_([0-9]+))?$/.exec(stage) ?? [];
  return needs.includes(name) ? [{ ...asset, stage: name, part: Number(part) }] : [];
}

async function openAsset(assets: AssetStore, sha256: string) {
  const opened = await assets.open(sha256);
  if (opened === null) throw new RangeError(`asset ${sha256} is not in the store`);
  return opened.stream;
}
