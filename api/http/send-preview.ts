import type { Response } from 'express';
import type { Preview } from '../../contract/shapes/support-shapes.ts';

/** Responds with what a call would do. */
export function sendPreview(response: Response, preview: Preview): void {
  response.status(200).set('Cache-Control', 'no-store').json(preview);
}

/** Of a call that would be done. */
export function wouldDo(would: readonly string[], asOf?: string): Preview {
  return {
    would: [...would],
    possible: true,
    reason: null,
    detail: null,
    ...(asOf === undefined ? {} : { as_of: asOf }),
  };
}

/** Of a call that would be refused. */
export function wouldRefuse(reason: string, detail: string): Preview {
  return { would: [], possible: false, reason, detail };
}
