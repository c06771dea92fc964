import type { Request } from 'express';
import { faultOfText } from '../../domain/texts/text-rule.ts';
import type { Caller } from './caller.ts';
import { invalidPart } from '../http/problem.ts';

const MAX_ACTOR = 200;

/**
 * Who acts, for the record of operators: the key and the person behind it. In the console that is who signed in, else
 * the name in the header Holdfast-Actor. Throws the problem invalid_request for a name that is not one line of text.
 */
export function actorOf(request: Request, caller: Caller): string {
  const person = caller.person ?? readPerson(request, 'Holdfast-Actor');
  return person === null ? `key:${caller.keyId}` : actorBy(caller.keyId, person);
}

/** A person who acts by a key, as the record writes it. */
export function actorBy(keyId: string, person: string): string {
  return `key:${keyId} (${person})`;
}

/**
 * The person named in a header; null: none. Throws the problem invalid_request for a name that is not one line of text.
 */
export function readPerson(request: Request, header: string): string | null {
  const sent = request.get(header);
  if (sent === undefined || sent.trim() === '') return null;
  const name = decoded(sent).trim();
  const fault = faultOfText(name, { max: MAX_ACTOR });
  if (fault !== null) throw invalidPart('', 'actor', `${header}: ${fault.detail}`);
  return name;
}

/** Node reads a header as Latin-1, and most clients send UTF-8. */
function decoded(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}
