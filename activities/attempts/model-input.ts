import type { Attempt } from '../../domain/output-plan.ts';
import type { ModelWork } from '../../domain/reference-assets.ts';
import type { FileNames, Submission } from '../providers/provider.ts';

/** What a part of an earlier stage has made, named by its content. */
export type StageInput = {
  readonly stage: string;
  readonly part: number;
  readonly contentType: string;
  readonly bytes: number;
  readonly sha256: string;
};

/** The files that an attempt is made from, and what its provider calls them. */
export type UploadedInputs = { readonly inputs: readonly StageInput[]; readonly names: FileNames };

export const NO_INPUTS: UploadedInputs = { inputs: [], names: new Map() };

/** What a submission says of its model. So far every model takes the work as it is. */
export function modelInputOf(
  attempt: Pick<Attempt, 'part' | 'model'>,
  work: ModelWork,
  { inputs, names }: UploadedInputs,
): Pick<Submission, 'model' | 'input'> {
  const { part, model } = attempt;
  if (part === null) return { model, input: work };
  const named = inputs.map((file) => ({
    stage: file.stage,
    part: file.part,
    content_type: file.contentType,
    sha256: names.get(file.sha256) ?? file.sha256,
  }));
  return {
    model,
    input: { ...work, stage: { name: part.name, part: part.index }, inputs: named },
  };
}
