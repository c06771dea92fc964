import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../domain/parse-value.ts';

describe('a text', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31t12:00:00.123456789z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T12:00:00-23:59', '2026-02-01T11:59:00.000Z'],
    ['2026-01-31T12:00:00-00:00', '2026-01-31T12:00:00.000Z'],
    ['2024-02-29T23:59:59.9+05:30', '2024-02-29T18:29:59.900Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('in RFC 3339 is read as a time in UTC: %s', (text, expected) => {
    expect(parseInstant(text)?.toISOString()).toBe(expected);
  });

  it.each([
    ['out of the range', '0001-01-01T00:00:00+00:01'],
    ['out of the range', '9999-12-31T23:59:59-00:01'],
    ['out of the range', '+275760-09-13T00:00:00Z'],
    ['out of the range', '-000001-01-01T00:00:00Z'],
    ['not of the calendar', '2026-02-30T00:00:00Z'],
    ['not of the calendar', '2025-02-29T00:00:00Z'],
    ['not of the calendar', '2026-13-01T00:00:00Z'],
    ['not of the clock', '2026-01-01T24:00:00Z'],
    ['not of the clock', '2026-01-01T23:60:00Z'],
    ['not of the clock', '2026-01-01T00:00:60Z'],
    ['not of the clock', '2026-01-01T00:00:00+24:00'],
    ['without an offset', '2026-01-01T00:00:00'],
    ['without a time', '2026-01-01'],
    ['of JavaScript alone', 'Thu, 01 Jan 2026 00:00:00 GMT'],
    ['of JavaScript alone', '2026-01-01 00:00:00Z'],
    ['of PostgreSQL alone', 'infinity'],
    ['not the whole text', ' 2026-01-01T00:00:00Z'],
    ['not the whole text', '2026-01-01T00:00:00Z\n'],
    ['no text', 1_767_225_600_000],
    ['no text', null],
    ['no text', undefined],
    ['no text', ['2026-01-01T00:00:00Z']],
    ['no text', new Date(0)],
  ])('that is %s is no time: %j', (_, value) => {
    expect(parseInstant(value)).toBeNull();
  });
});
