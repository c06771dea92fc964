import { Journal, readJournal } from './journal.ts';
import { parseJournalLine, type JournalLine } from './journal-line.ts';
import { MODEL_SERVICE_LIMITS } from '../service-limits.ts';
import { newPrediction, type Prediction, type PredictionEnd, type PredictionOrder } from './prediction.ts';
import { SubmissionCounts } from './submission-counts.ts';

/**
 * The predictions of the service, in memory and in a journal. Each change is made in memory first and then appended, so
 * the journal can be rewritten from memory at any time.
 */
export class PredictionStore {
  readonly counts = new SubmissionCounts();
  readonly #journal: Journal;
  readonly #byId = new Map<string, Prediction>();
  readonly #byReference = new Map<string, Prediction[]>();
  readonly #onForgotten: (prediction: Prediction) => void;

  /** Reads the journal at `path`. `onForgotten` is called with each prediction that makes room. */
  constructor(path: string, onForgotten: (prediction: Prediction) => void) {
    this.#onForgotten = onForgotten;
    for (const line of readJournal(path)) this.#replay(parseJournalLine(line));
    this.#journal = new Journal(path);
    this.#journal.rewrite(this.#snapshot());
  }

  /** The predictions that have not ended, oldest first. */
  unended(): readonly Prediction[] {
    return [...this.#byId.values()].filter(({ end }) => end === null);
  }

  get(id: string): Prediction | undefined {
    return this.#byId.get(id);
  }

  findByReference(reference: string): readonly Prediction[] {
    return this.#byReference.get(reference) ?? [];
  }

  /** Stores an accepted order. Resolves once it is in the journal. */
  async accept(order: PredictionOrder): Promise<Prediction> {
    const prediction = newPrediction(order);
    this.#add(prediction);
    this.counts.countAccepted(order.reference);
    await this.#append({ event: 'accepted', order });
    return prediction;
  }

  async refuse(reference: string): Promise<void> {
    this.counts.countRefused(reference);
    await this.#append({ event: 'refused', reference });
  }

  async end(prediction: Prediction, end: PredictionEnd): Promise<void> {
    prediction.end = end;
    await this.#append({ event: 'ended', id: prediction.order.id, end });
  }

  /** Forgets the oldest ended prediction; false: there is none. */
  forgetOldestEnded(): boolean {
    for (const prediction of this.#byId.values()) {
      if (prediction.end === null) continue;
      this.#forget(prediction);
      return true;
    }
    return false;
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }

  #add(prediction: Prediction): void {
    const { id, reference } = prediction.order;
    this.#byId.set(id, prediction);
    this.#byReference.set(reference, [...this.findByReference(reference), prediction]);
    if (this.#byId.size > MODEL_SERVICE_LIMITS.predictions) this.forgetOldestEnded();
  }

  #forget(prediction: Prediction): void {
    const { id, reference } = prediction.order;
    this.#byId.delete(id);
    const others = this.findByReference(reference).filter((other) => other !== prediction);
    if (others.length === 0) this.#byReference.delete(reference);
    else this.#byReference.set(reference, others);
    this.#onForgotten(prediction);
  }

  async #append(line: JournalLine): Promise<void> {
    await this.#journal.append(line);
    const { journalBytes } = MODEL_SERVICE_LIMITS;
    if (this.#journal.bytes > journalBytes) await this.#journal.compact(journalBytes, () => this.#snapshot());
  }

  #replay(line: JournalLine | null): void {
    if (line === null) return;
    if (line.event === 'counted') this.counts.restore(line.total, line.by_reference);
    if (line.event === 'refused') this.counts.countRefused(line.reference);
    if (line.event === 'accepted') this.counts.countAccepted(line.order.reference);
    if (line.event === 'accepted' || line.event === 'kept') this.#add(newPrediction(line.order));
    if (line.event === 'ended') {
      const prediction = this.#byId.get(line.id);
      if (prediction !== undefined) prediction.end = line.end;
    }
  }

  #snapshot(): readonly JournalLine[] {
    const lines: JournalLine[] = [
      {
        event: 'counted',
        total: this.counts.total,
        by_reference: this.counts.list('', MODEL_SERVICE_LIMITS.references),
      },
    ];
    for (const { order, end } of this.#byId.values()) {
      lines.push({ event: 'kept', order });
      if (end !== null) lines.push({ event: 'ended', id: order.id, end });
    }
    return lines;
  }
}
