import { createHmac, timingSafeEqual } from 'node:crypto';

type ResultLink = { readonly predictionId: string; readonly index: number };

type OpenedLink =
  | { readonly outcome: 'valid'; readonly link: ResultLink }
  | { readonly outcome: 'expired'; readonly link: ResultLink }
  | { readonly outcome: 'forged' };

const TOKEN = /^([a-z0-9_]{1,64})\.([0-9]{1,3})\.([0-9]{1,15})\.([A-Za-z0-9_-]{43})$/;

/** Links that expire, without any stored state: the token contains what it opens and until when, signed by us. */
export class ResultLinks {
  readonly #secret: Buffer;

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  issue(link: ResultLink, expiresAtMs: number): string {
    const claim = `${link.predictionId}.${String(link.index)}.${String(expiresAtMs)}`;
    return `${claim}.${this.#sign(claim)}`;
  }

  open(token: string, nowMs: number): OpenedLink {
    const match = TOKEN.exec(token);
    if (match === null) return { outcome: 'forged' };
    const [, predictionId = '', index = '', expiresAtMs = '', signature = ''] = match;
    const expected = this.#sign(`${predictionId}.${index}.${expiresAtMs}`);
    if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) return { outcome: 'forged' };
    const link = { predictionId, index: Number(index) };
    return { outcome: nowMs < Number(expiresAtMs) ? 'valid' : 'expired', link };
  }

  #sign(claim: string): string {
    return createHmac('sha256', this.#secret).update(claim).digest('base64url');
  }
}
