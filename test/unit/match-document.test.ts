import { describe, expect, it } from 'vitest';
import { matchDocument, type Received } from '../harness/match-document.ts';

const ACCOUNT = {
  ...{ id: 'acct_a', name: 'A', reference: 'r', mode: 'live', frozen: false },
  created_at: '2026-01-31T12:00:00.000Z',
};
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8', 'request-id': 'r' };
const received = (status: number, headers: Record<string, string>, body: object | ''): Received => ({
  status,
  headers: new Headers(headers),
  text: body === '' ? '' : JSON.stringify(body),
});
const match = (call: string, ...of: Parameters<typeof received>) => {
  matchDocument(call, received(...of));
};

describe('a response held against the document', () => {
  it('matches with its body, and without one', () => {
    match('readAccount', 200, JSON_TYPE, ACCOUNT);
    match('readJob', 304, { 'request-id': 'r', etag: 'W/"1"' }, '');
  });

  it.each([
    ['a field too many', 200, JSON_TYPE, { ...ACCOUNT, secret: 's' }, /must NOT have additional properties/],
    ['a field too few', 200, JSON_TYPE, { ...ACCOUNT, name: undefined }, /required property 'name'/],
    ['a text that is no time', 200, JSON_TYPE, { ...ACCOUNT, created_at: 'now' }, /date-time/],
    ['a header too few', 200, { 'content-type': 'application/json' }, ACCOUNT, /Request-Id: is required/],
    [
      'a header too many',
      200,
      { ...JSON_TYPE, 'x-powered-by': 'us' },
      ACCOUNT,
      /x-powered-by: no such header/,
    ],
    ['another media type', 200, { ...JSON_TYPE, 'content-type': 'text/html' }, ACCOUNT, /text\/html: is not/],
    ['another status', 201, JSON_TYPE, ACCOUNT, /has no 201/],
  ])('does not match with %s', (_, status, headers, body, fault) => {
    expect(() => {
      match('readAccount', status, headers, body);
    }).toThrow(fault);
  });

  it('does not match as a 503 without a valid Retry-After', () => {
    const problem = { ...JSON_TYPE, 'content-type': 'application/problem+json' };
    expect(() => {
      match('readAccount', 503, problem, {});
    }).toThrow(/Retry-After: is required/);
    expect(() => {
      match('readAccount', 503, { ...problem, 'retry-after': 'soon' }, {});
    }).toThrow(/Retry-After: soon: /);
  });
});
