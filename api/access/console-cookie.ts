import { createHash, timingSafeEqual } from 'node:crypto';
import type { CookieOptions, Request, Response } from 'express';
import { hashOfSecret } from '../../jobs/keys/secret-text.ts';
import { Problem } from '../http/problem.ts';

/** A browser accepts a name with this prefix only from this host and over https. */
const SECURE_NAME = '__Host-holdfast_console';
/** Over plain http, for the same machine only. */
const PLAIN_NAME = 'holdfast_console';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The token in a request's cookie; null: none, or more than one, of which none is trusted. */
export function readConsoleCookie(request: Request, publicUrl: string): string | null {
  const name = `${isSecure(request, publicUrl) ? SECURE_NAME : PLAIN_NAME}=`;
  const found = (request.get('Cookie') ?? '')
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one.startsWith(name));
  return found.length === 1 ? (found[0] ?? '').slice(name.length) : null;
}

/** Throws the problem `forbidden` over plain http from another machine, where a browser would not send the cookie back. */
export function setConsoleCookie(
  { request, response }: { readonly request: Request; readonly response: Response },
  publicUrl: string,
  session: { readonly token: string; readonly expiresAt: Date },
): void {
  const { name, options } = cookieFor(request, publicUrl);
  response.cookie(name, session.token, { ...options, expires: session.expiresAt });
}

export function clearConsoleCookie(request: Request, response: Response, publicUrl: string): void {
  const { name, options } = cookieFor(request, publicUrl);
  response.clearCookie(name, options);
}

/** Throws the problem `forbidden` where a cookie could be read on its way. */
export function requireSafeTransport(request: Request, publicUrl: string): void {
  if (isSecure(request, publicUrl) || LOOPBACK.test(new URL(publicUrl).hostname)) return;
  throw new Problem('forbidden', {
    detail: 'The console needs https: set PUBLIC_URL to the https address that people reach it under.',
  });
}

function cookieFor(request: Request, publicUrl: string) {
  const secure = isSecure(request, publicUrl);
  const options: CookieOptions = { httpOnly: true, sameSite: 'strict', secure, path: '/' };
  return { name: secure ? SECURE_NAME : PLAIN_NAME, options };
}

function isSecure(request: Request, publicUrl: string): boolean {
  return request.secure || publicUrl.startsWith('https:');
}

/**
 * The csrf token that the console sends with writes. It is derived from the session's token, so nothing more is stored,
 * and does not reveal it. A page of another origin can neither read nor send it.
 */
export function csrfTokenOf(token: string): string {
  return createHash('sha256').update(`csrf of ${token}`, 'utf8').digest('base64url');
}

/**
 * Throws `forbidden` for a request by cookie that another origin's page may have caused: the browser states its origin,
 * and a write needs the csrf token too.
 */
export function requireOwnPage(
  request: Request,
  publicUrl: string,
  { token, isWrite }: { readonly token: string; readonly isWrite: boolean },
): void {
  requireOwnOrigin(request, publicUrl, isWrite);
  if (!isWrite) return;
  const sent = request.get('Holdfast-CSRF') ?? '';
  if (!timingSafeEqual(hashOfSecret(sent), hashOfSecret(csrfTokenOf(token)))) {
    throw new Problem('forbidden', {
      reason: 'csrf_token',
      detail: 'A write in the console needs the header Holdfast-CSRF with the csrf_token of its session.',
    });
  }
}

/** @param isRequired whether a request without a stated origin is refused: browsers state it with every write. */
export function requireOwnOrigin(request: Request, publicUrl: string, isRequired: boolean): void {
  const site = request.get('Sec-Fetch-Site');
  const origin = request.get('Origin');
  const here = [new URL(publicUrl).origin, `${request.protocol}://${request.get('Host') ?? ''}`];
  const isForeignSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  const isForeignOrigin = origin === undefined ? isRequired : !here.includes(origin);
  if (!isForeignSite && !isForeignOrigin) return;
  throw new Problem('forbidden', {
    reason: 'origin',
    detail: 'A console session is for pages of this origin alone.',
  });
}
