import type { RevocableKey, RotatableKey } from '../../domain/support/describe-change.ts';
import type { Database } from '../../ledger/database.ts';
import { previewChange } from '../support/preview-change.ts';
import type { KeyReach } from './change-api-key.ts';
import { drawStored } from './create-api-key.ts';

/** What the end of a key would do; null when none of that id is in reach. */
export async function previewRevocation(
  database: Database,
  reach: KeyReach,
  keyId: string,
): Promise<{ readonly key: RevocableKey; readonly asOf: string } | null> {
  const call = { mode: reach.mode, key_id: keyId };
  const seen = await previewChange<boolean, RevocableKey | null>(
    database,
    reach.accountId,
    'revoke_key',
    call,
  );
  return seen.answer && seen.subject !== null ? { key: seen.subject, asOf: seen.as_of } : null;
}

type PreviewedRotation =
  | {
      readonly outcome: 'made';
      readonly key: RotatableKey;
      readonly became: RotatableKey;
      readonly asOf: string;
    }
  | { readonly outcome: 'replaced'; readonly successor: string }
  | { readonly outcome: 'not_found' | 'revoked' };

type Answer = {
  readonly outcome: 'made' | 'not_found' | 'revoked' | 'replaced';
  readonly key: { readonly id: string } | null;
};

/** What a rotation would do, with a secret that is thrown away. */
export async function previewRotation(
  database: Database,
  reach: KeyReach,
  keyId: string,
  graceSeconds: number,
): Promise<PreviewedRotation> {
  const seen = await previewChange<Answer, RotatableKey | null>(database, reach.accountId, 'rotate_key', {
    mode: reach.mode,
    key_id: keyId,
    new: { live: drawStored('live', null).stored, test: drawStored('test', null).stored },
    grace_seconds: graceSeconds,
  });
  const { answer, subject: key, became } = seen;
  if (key === null || became === null) return { outcome: 'not_found' };
  switch (answer.outcome) {
    case 'made':
      return { outcome: 'made', key, became, asOf: seen.as_of };
    case 'replaced':
      return { outcome: 'replaced', successor: answer.key?.id ?? '' };
    case 'not_found':
    case 'revoked':
      return { outcome: answer.outcome };
  }
}
