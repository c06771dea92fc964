import type { Response } from 'express';

/** Says that a kept response is of its caller alone, known by a key, by a session's cookie, or by the account acted for. */
export function varyByCaller(response: Response): void {
  response.vary('Authorization').vary('Cookie').vary('Holdfast-Account');
}
