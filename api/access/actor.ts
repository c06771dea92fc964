import type { Request } from 'express';
import { faultOfText } from '../../domain/texts/text-rule.ts';
import type { Caller } from './caller.ts';
import { invalidPart } from '../http/problem.ts';

const MAX_ACTOR = 200;

/**
 * Who does this, for the record of what operators did: the key, and the person behind it. In the console that is who signed in, and
 * else whom the header Holdfast-Actor names. Throws the problem invalid_request for a name that is no line of text.
 */
export function actorOf(request: Request, caller: Caller): string {
  const person = caller.person ?? readPerson(request, 'Holdfast-Actor');
  return person === null ? `key:${caller.keyId}` : actorBy(caller.keyId, person);
}

/** A person who acts by a key, in the words of the record. */
export function actorBy(keyId: string, person: string): string {
  return `key:${keyId} (${person})`;
}

/** The person whom a header names; null where it does not. Throws the problem invalid_request for what is no line of text. */
export function readPerson(request: Request, header: string): string | null {
  const sent = request.get(header);
  if (sent === undefined || sent.trim() === '') return null;
  const name = decoded(sent).trim();
  const fault = faultOfText(name, { max: MAX_ACTOR });
  if (fault !== null) throw invalidPart('', 'actor', `${header}: ${fault.detail}`);
  return name;
}

/** Node reads a header as Latin-1; most who send more than ASCII send UTF-8. */
function decoded(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}
