import type { HeldFiles } from '../files/held-files.ts';
import type { PredictionInput } from './prediction-request.ts';
import type { RenderInput } from '../renderer.ts';
import type { ResultFiles } from '../files/result-files.ts';

/** Reads the results that a prediction is made from. Rejects when one of them was removed since it was accepted. */
export async function readInputs(
  { inputs = [] }: PredictionInput,
  files: ResultFiles,
  held: HeldFiles,
): Promise<readonly RenderInput[]> {
  return Promise.all(
    inputs.map(async ({ stage, part, sha256 }) => {
      const content = (await files.read(sha256)) ?? (await held.read(sha256));
      if (content === null) throw new Error(`the result of ${stage} ${String(part)} is gone`);
      return { stage, part, content };
    }),
  );
}

/** Reads the pictures that the customer refers to. Rejects when one of them was removed since it was accepted. */
export async function readReferences(
  { reference_assets: named = [] }: PredictionInput,
  files: ResultFiles,
  held: HeldFiles,
): Promise<readonly Uint8Array[]> {
  return Promise.all(
    named.map(async ({ sha256 }) => {
      const content = (await held.read(sha256)) ?? (await files.read(sha256));
      if (content === null) throw new Error(`reference asset ${sha256} is gone`);
      return content;
    }),
  );
}
