import type { Request } from 'express';
import { faultOfText } from '../../domain/texts/text-rule.ts';
import type { Caller } from './authenticate.ts';
import { invalidPart } from '../http/problem.ts';

const MAX_ACTOR = 200;

/**
 * Who does this, for the record of what operators did: the key, and the person behind it where the header Holdfast-Actor
 * names one. Throws the problem invalid_request for a name that is no line of text.
 */
export function actorOf(request: Request, caller: Caller): string {
  const key = `key:${caller.keyId}`;
  const sent = request.get('Holdfast-Actor');
  if (sent === undefined || sent.trim() === '') return key;
  const name = decoded(sent).trim();
  const fault = faultOfText(name, { max: MAX_ACTOR });
  if (fault !== null) throw invalidPart('', 'actor', `Holdfast-Actor: ${fault.detail}`);
  return `${key} (${name})`;
}

/** Node reads a header as Latin-1; most who send more than ASCII send UTF-8. */
function decoded(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}
