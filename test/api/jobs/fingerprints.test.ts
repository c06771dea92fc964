import { describe, expect, it } from 'vitest';
import { fingerprintJson, fingerprintWork } from '../../../contract/derived-ids.ts';

const body = { kind: 'static_ad', brief: { headline: 'x', body: 'y' } };

describe('fingerprintJson', () => {
  it('is the same for any order of keys', () => {
    const other = { brief: { body: 'y', headline: 'x' }, kind: 'static_ad' };
    expect(fingerprintJson(other)).toBe(fingerprintJson(body));
  });

  it('differs between an explicit default and an absent field', () => {
    expect(fingerprintJson({ ...body, variations: 1 })).not.toBe(fingerprintJson(body));
  });

  it('differs with other metadata', () => {
    expect(fingerprintJson({ ...body, metadata: { a: 'b' } })).not.toBe(fingerprintJson(body));
  });
});

describe('fingerprintWork', () => {
  it.each([{ metadata: { a: 'b' } }, { quote_id: 'quote_a' }, { max_credits: 35 }, { force: true }])(
    'is the same with and without %o',
    (outside) => {
      expect(fingerprintWork({ ...body, ...outside })).toBe(fingerprintWork(body));
    },
  );

  it('differs with another deadline or member', () => {
    expect(fingerprintWork({ ...body, deadline_seconds: 60 })).not.toBe(fingerprintWork(body));
    expect(fingerprintWork({ ...body, member: 'm' })).not.toBe(fingerprintWork(body));
  });
});
