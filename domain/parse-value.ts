import { faultOfText, type TextRule } from './texts/text-rule.ts';

/**
 * Parsers for messages to workflows, which anyone who reaches Temporal can send. They are small, since workflow code is
 * replayed and cannot carry a schema library.
 */

/** Returns the value, typed. Throws UnexpectedValue. `at` names the value in its reason: "reason", "argument 1". */
export type Parser<Value> = (value: unknown, at: string) => Value;
type ParsedBy<P> = P extends Parser<infer Value> ? Value : never;

/** An unexpected value. The message is for its sender. */
export class UnexpectedValue extends Error {
  override readonly name = 'UnexpectedValue';
}

/** A payload that cannot be decoded here. Every parser refuses it. */
export const UNREADABLE: unique symbol = Symbol('unreadable');

/** The longest value that an error repeats. */
const MAX_SHOWN = 40;

export function fail(at: string, expected: string, value: unknown): never {
  throw new UnexpectedValue(`${at} is ${expected}, not ${describe(value)}`);
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (value === UNREADABLE) return 'a payload that cannot be decoded';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `a ${typeof value} of another kind` : text;
}

export function text(
  rule: TextRule & { readonly pattern?: RegExp; readonly expected?: string },
): Parser<string> {
  return (value, at) => {
    const expected = rule.expected ?? 'a text';
    if (typeof value !== 'string') return fail(at, expected, value);
    const fault = faultOfText(value, rule);
    if (fault !== null) throw new UnexpectedValue(`${at}: ${fault.detail}`);
    if (rule.pattern?.test(value) === false) return fail(at, expected, value);
    return value;
  };
}

export function oneOf<const Word extends string>(...words: readonly Word[]): Parser<Word> {
  return (value, at) => {
    const word = words.find((one) => one === value);
    return word ?? fail(at, words.map((one) => `"${one}"`).join(' or '), value);
  };
}

export function wholeNumber(bounds: { readonly min: number; readonly max: number }): Parser<number> {
  return (value, at) => {
    if (Number.isSafeInteger(value)) {
      const number = value as number;
      if (number >= bounds.min && number <= bounds.max) return number;
    }
    return fail(at, `a whole number from ${String(bounds.min)} to ${String(bounds.max)}`, value);
  };
}

/** An instant, as RFC 3339 in UTC to the millisecond. */
export const instantText: Parser<string> = (value, at) =>
  parseInstant(value)?.toISOString() ?? fail(at, 'a time, e.g. 2026-01-31T12:00:00Z', value);

/** Any object; its own parser reads it later. */
export const anyObject: Parser<Readonly<Record<string, unknown>>> = (value, at) =>
  isObject(value) ? value : fail(at, 'an object', value);

export function optional<Value>(parser: Parser<Value>): Parser<Value | undefined> {
  return (value, at) => (value === undefined ? undefined : parser(value, at));
}

export function either<One, Other>(one: Parser<One>, other: Parser<Other>): Parser<One | Other> {
  return (value, at) => {
    try {
      return one(value, at);
    } catch (error) {
      if (!(error instanceof UnexpectedValue)) throw error;
      return other(value, at);
    }
  };
}

type Fields = Readonly<Record<string, Parser<unknown>>>;
type OptionalKeys<F extends Fields> = {
  [Key in keyof F]: undefined extends ParsedBy<F[Key]> ? Key : never;
}[keyof F];
type ObjectOf<F extends Fields> = {
  readonly [Key in Exclude<keyof F, OptionalKeys<F>>]: ParsedBy<F[Key]>;
} & { readonly [Key in OptionalKeys<F>]?: Exclude<ParsedBy<F[Key]>, undefined> };

/** An object with these fields and no others: a mistyped field must not be ignored. */
export function object<const F extends Fields>(fields: F): Parser<ObjectOf<F>> {
  const known = objectWith(fields);
  return (value, at) => {
    const parsed = known(value, at);
    const unknown = Object.keys(value as object).find((name) => !Object.hasOwn(fields, name));
    if (unknown !== undefined) throw new UnexpectedValue(`${at}: there is no field ${describe(unknown)}`);
    return parsed;
  };
}

/** An object with these fields; other fields are dropped. */
export function objectWith<const F extends Fields>(fields: F): Parser<ObjectOf<F>> {
  return (value, at) => {
    if (!isObject(value)) return fail(at, `an object of ${Object.keys(fields).join(', ')}`, value);
    const parsed = Object.entries(fields)
      .map(([name, parser]) => [name, parser(value[name], name)] as const)
      .filter(([, part]) => part !== undefined);
    return Object.fromEntries(parsed) as ObjectOf<F>;
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const DAY = String.raw`(\d{4}-\d{2}-\d{2})`;
const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?`;
const OFFSET = String.raw`(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)`;

/** RFC 3339, section 5.6. Not ISO 8601, which knows an hour 24. A leap second (:60) is refused: neither JavaScript nor PostgreSQL keeps one. */
const RFC_3339 = new RegExp(`^${DAY}[Tt]${TIME}${OFFSET}$`);

/** The range of a year with four digits, in UTC. PostgreSQL reads all of it; JavaScript alone would go on to the year 275760. */
export const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * The instant of an RFC 3339 text, to the millisecond; null: it names none. The only parser of times that come from
 * outside: bodies, queries and cursors of the API, arguments of the command line, messages to workflows. What is passed
 * on is the Date, or its `toISOString()`, which JavaScript and PostgreSQL read alike.
 */
export function parseInstant(text: unknown): Date | null {
  if (typeof text !== 'string') return null;
  const day = RFC_3339.exec(text)?.[1];
  if (day === undefined || !isOfTheCalendar(day)) return null;
  const ms = Date.parse(text);
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? new Date(ms) : null;
}

/** Date.parse takes 31 February for 3 March; PostgreSQL refuses it. */
function isOfTheCalendar(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}
