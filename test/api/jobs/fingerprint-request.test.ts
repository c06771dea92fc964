import { describe, expect, it } from 'vitest';
import { fingerprintRequest, fingerprintWork } from '../../../contract/derived-ids.ts';

const body = { kind: 'static_ad', brief: { headline: 'x', body: 'y' } };

describe('fingerprintRequest', () => {
  it('does not see the order of keys', () => {
    const other = { brief: { body: 'y', headline: 'x' }, kind: 'static_ad' };
    expect(fingerprintRequest(other)).toBe(fingerprintRequest(body));
  });

  it('tells an explicit default from an absent field', () => {
    expect(fingerprintRequest({ ...body, variations: 1 })).not.toBe(fingerprintRequest(body));
  });

  it('sees labels', () => {
    expect(fingerprintRequest({ ...body, metadata: { a: 'b' } })).not.toBe(fingerprintRequest(body));
  });
});

describe('fingerprintWork', () => {
  it.each([{ metadata: { a: 'b' } }, { quote_id: 'quote_a' }, { max_credits: 35 }, { force: true }])(
    'leave out %o',
    (outside) => {
      expect(fingerprintWork({ ...body, ...outside })).toBe(fingerprintWork(body));
    },
  );

  it('see everything else', () => {
    expect(fingerprintWork({ ...body, deadline_seconds: 60 })).not.toBe(fingerprintWork(body));
    expect(fingerprintWork({ ...body, member: 'm' })).not.toBe(fingerprintWork(body));
  });
});
