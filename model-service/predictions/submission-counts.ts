import { MODEL_SERVICE_LIMITS } from '../service-limits.ts';

export type SubmissionCount = { readonly accepted: number; readonly refused: number };

const NONE: SubmissionCount = { accepted: 0, refused: 0 };

/**
 * Counts the posts that made a prediction, and those that provably did not. So a test proves that one attempt was
 * submitted once. Totals are exact; of the references only the most recent are kept.
 */
export class SubmissionCounts {
  #total = NONE;
  readonly #byReference = new Map<string, SubmissionCount>();
  /** Outputs (references without their attempt number) that had a submission refused. */
  readonly #refusedOutputs = new Set<string>();

  countAccepted(reference: string): void {
    this.#total = add(this.#total, { accepted: 1, refused: 0 });
    this.#put(reference, add(this.of(reference), { accepted: 1, refused: 0 }));
  }

  countRefused(reference: string): void {
    this.#total = add(this.#total, { accepted: 0, refused: 1 });
    this.#put(reference, add(this.of(reference), { accepted: 0, refused: 1 }));
  }

  get total(): SubmissionCount {
    return this.#total;
  }

  /** The counts of one reference; zeros: it was never seen, or is forgotten. */
  of(reference: string): SubmissionCount {
    return this.#byReference.get(reference) ?? NONE;
  }

  /** The counts of the references with this prefix, most recent last, at most `rows`. */
  list(prefix: string, rows: number): Readonly<Record<string, SubmissionCount>> {
    const matching = [...this.#byReference].filter(([reference]) => reference.startsWith(prefix));
    return Object.fromEntries(matching.slice(-rows));
  }

  /** Returns whether a submission for the same output was refused before. */
  hasRefusedOutput(reference: string): boolean {
    return this.#refusedOutputs.has(outputStemOf(reference));
  }

  /** Adds the counts of a journal to empty counters. */
  restore(total: SubmissionCount, byReference: Readonly<Record<string, SubmissionCount>>): void {
    this.#total = add(this.#total, total);
    for (const [reference, count] of Object.entries(byReference)) this.#put(reference, count);
  }

  #put(reference: string, count: SubmissionCount): void {
    this.#byReference.delete(reference);
    this.#byReference.set(reference, count);
    if (count.refused > 0) this.#refusedOutputs.add(outputStemOf(reference));
    dropOldest(this.#byReference, MODEL_SERVICE_LIMITS.references);
    dropOldest(this.#refusedOutputs, MODEL_SERVICE_LIMITS.references);
  }
}

function add(left: SubmissionCount, right: SubmissionCount): SubmissionCount {
  return { accepted: left.accepted + right.accepted, refused: left.refused + right.refused };
}

function dropOldest(kept: Map<string, unknown> | Set<string>, limit: number): void {
  if (kept.size <= limit) return;
  const oldest = kept.keys().next();
  if (oldest.done !== true) kept.delete(oldest.value);
}

/** `att_…_0_render_2` → `att_…_0_render`: the part that all attempts of an output share. */
function outputStemOf(reference: string): string {
  return reference.replace(/_[0-9]+$/, '');
}
