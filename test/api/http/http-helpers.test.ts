import type { Request } from 'express';
import { describe, expect, it } from 'vitest';
import { BoundedCache } from '../../../api/access/bounded-cache.ts';
import { readByteRange } from '../../../api/http/byte-range.ts';
import { matchesETag } from '../../../api/http/entity-tag.ts';
import { createHeldBodies } from '../../../api/http/request/held-bodies.ts';
import { preferredWaitMs } from '../../../api/http/request/request-headers.ts';
import { drawSecret, readSecret } from '../../../jobs/keys/secret-text.ts';
import { isIdempotencyKey } from '../../../contract/idempotency-key.ts';

describe('readByteRange', () => {
  it.each<[string | undefined, object]>([
    [undefined, { is: 'whole' }],
    ['bytes=0-0', { is: 'part', start: 0, end: 0 }],
    ['bytes=90-', { is: 'part', start: 90, end: 99 }],
    ['bytes=90-200', { is: 'part', start: 90, end: 99 }],
    ['bytes=-10', { is: 'part', start: 90, end: 99 }],
    ['bytes=-200', { is: 'part', start: 0, end: 99 }],
    ['bytes=100-', { is: 'unsatisfiable' }],
    ['bytes=-0', { is: 'unsatisfiable' }],
    ['bytes=5-4', { is: 'whole' }],
    ['bytes=0-1,3-4', { is: 'whole' }],
    ['items=0-1', { is: 'whole' }],
    ['bytes=-', { is: 'whole' }],
  ])('reads %s of 100 bytes', (header, expected) => {
    expect(readByteRange(header, 100)).toEqual(expected);
  });
});

describe('matchesETag', () => {
  it.each<[string | undefined, boolean]>([
    ['W/"3"', true],
    ['"3"', true],
    ['W/"2", W/"3"', true],
    ['*', true],
    ['W/"4"', false],
    [undefined, false],
  ])('of %s and W/"3" is %s', (header, expected) => {
    expect(matchesETag(header, 'W/"3"')).toBe(expected);
  });
});

describe('preferredWaitMs', () => {
  it.each<[string | undefined, number]>([
    [undefined, 0],
    ['wait=0', 0],
    ['wait=2', 2_000],
    ['respond-async, Wait = "7"; x=1', 7_000],
    ['wait=55', 55_000],
    ['wait=56', 55_000],
    ['wait=99999999999999999999', 55_000],
    ['wait=-1', 0],
    ['wait=1.5', 0],
    ['wait', 0],
    ['await=3', 0],
  ])('of Prefer: %s is %i', (header, waitMs) => {
    expect(preferredWaitMs({ get: () => header } as unknown as Request)).toBe(waitMs);
  });
});

describe('an api key', () => {
  it('is read as its id, and as nothing once one character is wrong', () => {
    for (const kind of ['live', 'test', 'portal', 'console'] as const) {
      const { id, secret } = drawSecret(kind);
      expect(secret).toMatch(new RegExp(`^hf_${kind}_[0-9a-f]{20}_.{43}_[0-9a-f]{8}$`));
      expect(readSecret(secret)).toEqual({ id, of: kind === 'live' || kind === 'test' ? 'key' : kind });
      const at = 40;
      const other = secret[at] === 'A' ? 'B' : 'A';
      expect(readSecret(secret.slice(0, at) + other + secret.slice(at + 1))).toBeNull();
      expect(readSecret(secret.replace(`hf_${kind}`, 'hf_other'))).toBeNull();
    }
  });
});

describe('isIdempotencyKey', () => {
  it.each<[string, boolean]>([
    ['a', true],
    ['a b', true],
    ['x'.repeat(255), true],
    ['x'.repeat(256), false],
    ['', false],
    [' ', false],
    ['ä', false],
    ['a\tb', false],
  ])('of %j is %s', (text, expected) => {
    expect(isIdempotencyKey(text)).toBe(expected);
  });
});

describe('BoundedCache', () => {
  it('looks up once for calls at the same time, again after its lifetime, and again after a failure', async () => {
    let now = 0;
    let lookUps = 0;
    const cache = new BoundedCache<number>({ maxEntries: 2, lifetimeMs: 10, now: () => now });
    const lookUp = () => Promise.resolve(++lookUps);
    expect(await Promise.all([cache.get('a', lookUp), cache.get('a', lookUp)])).toEqual([1, 1]);
    now = 11;
    expect(await cache.get('a', lookUp)).toBe(2);
    await expect(cache.get('b', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await cache.get('b', lookUp)).toBe(3);
  });

  it('drops the oldest entry above its maximum, and looks it up again', async () => {
    let lookUps = 0;
    const cache = new BoundedCache<number>({ maxEntries: 2, lifetimeMs: 1_000, now: () => 0 });
    const lookUp = () => Promise.resolve(++lookUps);
    for (const key of ['a', 'b', 'c', 'a']) await cache.get(key, lookUp);
    expect(lookUps).toBe(4);
  });
});

describe('createHeldBodies', () => {
  it('refuses the oldest body above the limit once, and counts no body that has been released', () => {
    const bodies = createHeldBodies(10);
    const refused: string[] = [];
    const hold = (name: string) => bodies.hold(() => refused.push(name));
    const [slow, quick, next] = [hold('slow'), hold('quick'), hold('next')];
    slow.add(5);
    quick.add(5);
    expect(refused).toEqual([]);
    quick.release();
    next.add(5);
    expect(refused).toEqual([]);
    next.add(1);
    expect(refused).toEqual(['slow']);
    // What still comes of it is nothing that is held.
    slow.add(100);
    slow.release();
    next.add(4);
    expect(refused).toEqual(['slow']);
    next.add(1);
    expect(refused).toEqual(['slow', 'next']);
  });
});
