import { isIP } from 'node:net';
import { z } from 'zod';
import { parseUrl } from '../../domain/parse-url.ts';

/** The values of settings. Each refuses at the start what would fail later, or be misread. */

const MAX_PORT = 65_535;

/** One line without control characters, and without blanks at its ends, which files and copies leave. */
export const text = z.string().regex(/^(?!\s)[^\p{Cc}]+(?<!\s)$/u);

/** A secret for a header, where other characters are not allowed. */
export const key = z.string().regex(/^[\x21-\x7e]+$/);

/** Digits only: JavaScript takes `0x10`, `1e3` and a blank for numbers too. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(min).max(max));

const HOST_AND_PORT = /^(?<host>\[[0-9a-fA-F:.]+\]|[\w.-]+):(?<port>\d{1,5})$/;

/** `temporal:7233`, `127.0.0.1:7233`, `[::1]:7233`. */
export const hostAndPort = z.string().refine((value) => {
  const { host, port } = HOST_AND_PORT.exec(value)?.groups ?? {};
  if (host === undefined || Number(port) > MAX_PORT) return false;
  return !host.startsWith('[') || isIP(host.slice(1, -1)) === 6;
});

/** An address in numbers: where the Temporal SDK listens. */
export const socketAddress = hostAndPort.refine(
  (value) => isIP(value.slice(0, value.lastIndexOf(':')).replace(/^\[|\]$/g, '')) !== 0,
);

/** The address of a service: paths continue it, and its keys are settings of their own. */
export const httpUrl = text.refine((value) => {
  const url = urlOf(value, /^https?:$/);
  return url !== null && [url.username, url.password, url.search, url.hash].every((part) => part === '');
});

/** Origins as browsers send them, between commas, without patterns. */
export const origins = text
  .transform((value) => value.split(',').map((one) => one.trim()))
  .pipe(z.array(z.string().refine((one) => urlOf(one, /^https?:$/)?.origin === one)));

/** Addresses and networks in numbers, between commas: `10.0.0.0/8, ::1`. */
export const networks = text
  .transform((value) => value.split(',').map((one) => one.trim()))
  .pipe(z.array(z.string().refine(isNetwork)));

/** One or two of our own secrets, between commas: the first is in use, the second was before. */
export const secrets = z
  .string()
  .regex(/^[A-Za-z0-9_-]{32,200}(,[A-Za-z0-9_-]{32,200})?$/)
  .transform((value): readonly [string, ...string[]] => {
    const [current = '', ...others] = value.split(',');
    return [current, ...others];
  });

/** Headers that browsers and clients set themselves, so not a proxy. */
const SENT_BY_ALL =
  /^(?:accept|authorization|connection|content|cookie|forwarded|holdfast|host|idempotency|if|origin|prefer|range|referer|sec|user-agent|x-forwarded-(?:for|host|port|proto)|x-request-id)(?:-|$)/i;

/** The name of a request header that a proxy adds. */
export const headerName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/)
  .refine((name) => !SENT_BY_ALL.test(name));

/** Scopes of keys, between commas: each once. */
export const scopes = text
  .transform((value) => value.split(',').map((one) => one.trim()))
  .pipe(
    z
      .array(z.enum(['jobs:write', 'jobs:read', 'credits:read', 'billing:write', 'support', 'admin']))
      .refine((given) => new Set(given).size === given.length),
  );

/** As the driver parses it: with a host (or a socket in `?host=`), and valid percent signs. */
export const postgresUrl = text.refine((value) => {
  const url = urlOf(value, /^postgres(ql)?:$/);
  if (url === null || (url.hostname === '' && !url.searchParams.has('host'))) return false;
  return [url.username, url.password, url.pathname].every(isDecodable);
});

function isNetwork(value: string): boolean {
  // As Express parses them: no network of 0 bits, and no interface's address.
  const [address = '', bits = '1', ...more] = value.split('/');
  const version = address.includes('%') ? 0 : isIP(address);
  const isLength = /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
  return version !== 0 && more.length === 0 && isLength;
}

function urlOf(value: string, protocol: RegExp): URL | null {
  const url = value.includes('://') ? parseUrl(value) : null;
  return url !== null && protocol.test(url.protocol) ? url : null;
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
