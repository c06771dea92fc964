import { addDollars } from '../prices/dollars.ts';
import { counted } from '../texts/counted.ts';
import { minute } from './effect-words.ts';

/** Support's sentences for a customer about a job: was it charged, is there an output, what did we try? */

export type AnsweredOutput = {
  readonly state: string;
  readonly reservation: {
    readonly amount: number;
    readonly committed: number;
    readonly released: number;
    readonly refunded: number;
    readonly state: 'open' | 'committed' | 'released';
  };
  readonly attempts: readonly AnsweredAttempt[];
};

type AnsweredAttempt = {
  readonly state: string;
  readonly provider: string;
  readonly error_class: string | null;
  readonly sha256: string | null;
  readonly billed: 'yes' | 'no' | 'unknown' | null;
  /** US dollars; null: unknown. */
  readonly cost: string | null;
};

type JobAnswers = { readonly charged: string; readonly output: string; readonly tried: string };

/** @param returnBy when the reserved credits return, RFC 3339 in UTC */
export function answersOf(outputs: readonly AnsweredOutput[], returnBy: string): JobAnswers {
  return { charged: chargedOf(outputs, returnBy), output: outputOf(outputs), tried: triedOf(outputs) };
}

/** US dollars: what the billed attempts cost, as far as it is known; null: of none it is known. */
export function billedCostOf(outputs: readonly Pick<AnsweredOutput, 'attempts'>[]): string | null {
  const costs = outputs.flatMap(({ attempts }) =>
    attempts.flatMap(({ billed, cost }) => (billed === 'yes' && cost !== null ? [cost] : [])),
  );
  return costs.length === 0 ? null : addDollars(costs);
}

function chargedOf(outputs: readonly AnsweredOutput[], returnBy: string): string {
  const sum = (part: 'amount' | 'committed' | 'released' | 'refunded', only = outputs) =>
    only.reduce((total, { reservation }) => total + reservation[part], 0);
  const open = outputs.filter(({ reservation }) => reservation.state === 'open');
  const [charged, returned, refunded, held] = [
    sum('committed'),
    sum('released'),
    sum('refunded'),
    sum('amount', open),
  ];
  if (sum('amount') === 0) return 'No: this job is free.';
  if (charged === 0) {
    return held > 0
      ? `No: ${credits(held)} ${are(held)} reserved. What is not delivered by ${minute(returnBy)} is returned.`
      : `No: all ${credits(returned)} have been returned.`;
  }
  const rest = [
    ...(refunded === 0
      ? []
      : [refunded === charged ? 'all refunded since' : `${credits(refunded)} refunded since`]),
    ...(returned === 0 ? [] : [`${credits(returned)} returned uncharged`]),
    ...(held === 0 ? [] : [`${credits(held)} still reserved`]),
  ];
  return `Yes: ${[credits(charged), ...rest].join(', ')}.`;
}

function outputOf(outputs: readonly AnsweredOutput[]): string {
  const delivered = outputs.filter(({ state }) => state === 'succeeded').length;
  const open = outputs.filter(({ reservation }) => reservation.state === 'open').length;
  const kept = outputs.filter(
    ({ state, attempts }) => state !== 'succeeded' && attempts.some(({ sha256 }) => sha256 !== null),
  ).length;
  const late =
    kept === 0 ? '' : ` ${counted(kept, 'result')} came uncharged, and ${are(kept)} kept for support.`;
  const of =
    outputs.length === 1 ? 'the output' : `${String(delivered)} of ${counted(outputs.length, 'output')}`;
  if (delivered === outputs.length) {
    return outputs.length === 1
      ? 'Yes: it was delivered.'
      : `Yes: all ${counted(delivered, 'output')} were delivered.`;
  }
  if (delivered > 0)
    return `Partly: ${of} ${delivered === 1 ? 'was' : 'were'} delivered${openText(open)}.${late}`;
  if (open > 0) return `Not yet: ${counted(open, 'output')} ${are(open)} under way.${late}`;
  return `No: nothing was delivered.${late}`;
}

const openText = (open: number) => (open === 0 ? '' : `, and ${String(open)} ${are(open)} under way`);

/** The result of an attempt, by its state. */
const BECAME: Readonly<Record<string, string>> = {
  posting: 'is being submitted',
  accepted: 'runs',
  rejected: 'was refused',
  unknown: 'has an unknown outcome',
  collected: 'delivered its result',
  failed: 'failed',
  replaced: 'was replaced by support',
  fenced: 'was stopped',
};

function triedOf(outputs: readonly AnsweredOutput[]): string {
  const attempts = outputs.flatMap((output) => output.attempts);
  const last = attempts.at(-1);
  if (last === undefined) return 'Nothing yet: no attempt was made at any provider.';
  const providers = [...new Set(attempts.map(({ provider }) => provider))].join(' and ');
  const became = `${BECAME[last.state] ?? last.state}${last.error_class === null ? '' : ` (${last.error_class.replaceAll('_', ' ')})`}`;
  return attempts.length === 1
    ? `1 attempt at ${providers}: it ${became}.`
    : `${counted(attempts.length, 'attempt')} at ${providers}; the last one ${became}.`;
}

const are = (count: number) => (count === 1 ? 'is' : 'are');
const credits = (count: number) => counted(count, 'credit');
