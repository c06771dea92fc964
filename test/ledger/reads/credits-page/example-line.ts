import { parseFigure } from './read-page.ts';

/** A line of an example: when, who, what is done, and what the page says is so afterwards. */
export type ExampleLine = {
  readonly at: Date;
  readonly account: string;
  readonly action: string;
  readonly expected: string;
};

/** The account of the page's reader; others are named. */
const READER = 'you';

const LINE =
  /^(?<date>\d{4}-\d{2}-\d{2})(?: (?<time>\d{2}:\d{2}))? +(?:(?<account>[A-Z]\w+): )?(?<action>\S.*?) +→ (?<expected>.+)$/;

/** Throws RangeError for a line that is not of the language. */
export function parseExampleLine(line: string): ExampleLine {
  const found = LINE.exec(line)?.groups;
  if (found === undefined) throw new RangeError(`not a line of an example: "${line}"`);
  return {
    at: new Date(`${found['date'] ?? ''}T${found['time'] ?? '00:00'}:00Z`),
    account: found['account'] ?? READER,
    action: found['action'] ?? '',
    expected: found['expected'] ?? '',
  };
}

/** What is so of an account after a line. */
export type Observation = {
  readonly available: number;
  readonly reserved: number;
  readonly spent: number;
  readonly expired: number;
  readonly voided: number;
  /** The credits left of each grant, and until when (null: without end). */
  readonly grants: readonly {
    readonly source: string;
    readonly available: number;
    readonly until: string | null;
  }[];
  /** Why the action was refused, in words; null when it was done. */
  readonly refusal: string | null;
  /** Whether a notice of low balance came with it. */
  readonly hasNotice: boolean;
  /** What a charge-back came too late for. */
  readonly notRecovered: number;
};

/** How what a line says differs from what is so; empty when it is true. Throws for a fact that cannot be checked. */
export function findLies(expected: string, observed: Observation): readonly string[] {
  const facts = expected.split(', ');
  const lies = facts.flatMap((fact) => (isTrue(fact, observed) ? [] : [fact]));
  if (observed.refusal !== null && !facts.some((fact) => fact.startsWith('refused')))
    lies.push(`was refused: ${observed.refusal}`);
  return lies;
}

function isTrue(fact: string, observed: Observation): boolean {
  if (fact === 'notice') return observed.hasNotice;
  if (fact === 'no notice') return !observed.hasNotice;
  if (fact.startsWith('refused: ')) return observed.refusal === fact.slice('refused: '.length);

  const sum = /^([\d,]+) (available|reserved|spent|expired|voided|not recovered)$/.exec(fact);
  if (sum !== null) {
    const name = sum[2] === 'not recovered' ? 'notRecovered' : (sum[2] as 'available');
    return observed[name] === parseFigure(sum[1] ?? '');
  }
  const part = /^([\d,]+) from ([a-z-]+)(?: until (.+)| (without end))?$/.exec(fact);
  if (part === null) throw new RangeError(`not a fact: "${fact}"`);
  const [, figure = '', source, until, isEndless] = part;
  const grants = observed.grants.filter(
    (grant) =>
      grant.source === source &&
      (until === undefined || grant.until === until) &&
      (isEndless === undefined || grant.until === null),
  );
  return grants.reduce((total, grant) => total + grant.available, 0) === parseFigure(figure);
}

/** The same line with one figure or date of what it says changed, once for each of them. */
export function falsify(expected: string): readonly string[] {
  return [...expected.matchAll(/\d{4}-\d{2}-\d{2}|(?<![\d:-])\d[\d,]*(?![\d:-])/g)].map((found) => {
    const [text] = found;
    const other = text.includes('-')
      ? `1999${text.slice(4)}`
      : (parseFigure(text) + 1).toLocaleString('en-US');
    return expected.slice(0, found.index) + other + expected.slice(found.index + text.length);
  });
}
