import type { ApiKeyView, CreatedApiKey } from '../../contract/shapes/access-shapes.ts';
import type { CommandContext } from '../command-context.ts';
import { withClient } from '../operator-api.ts';
import { isDryRun, type DryRunOptions } from '../dry-run.ts';
import { fields, second, show } from '../show/show.ts';
import { formatRecords } from '../show/terminal.ts';

export type ListKeysOptions = { readonly account?: string; readonly limit: number; readonly json: boolean };
export type RevokeKeyOptions = DryRunOptions & { readonly reason: string };
export type RotateKeyOptions = RevokeKeyOptions & {
  readonly graceSeconds: number;
  readonly reference?: string;
};

/** `holdfast key list`: newest first, with those that have ended. */
export async function listKeysCommand(context: CommandContext, options: ListKeysOptions): Promise<void> {
  const { account, limit } = options;
  const data = await withClient(context, (holdfast) =>
    holdfast.keys.list({ account }).toArray({ atMost: limit }),
  );
  show({ data }, options, () =>
    data.length === 0
      ? 'No keys.'
      : formatRecords(
          ['created', 'state', 'key, and below: name, scopes, for whom'],
          data.map((key) => ({
            cells: [second(key.created_at), stateOf(key), key.id],
            below: [key.name, key.scopes.join(', '), key.account_id ?? `the platform, ${key.mode}`],
          })),
        ),
  );
}

/** `holdfast key revoke`: it is refused within a second. */
export async function revokeKeyCommand(
  context: CommandContext,
  id: string,
  options: RevokeKeyOptions,
): Promise<void> {
  if (await isDryRun(context, options, (holdfast) => holdfast.keys.previewRevoke(id))) return;
  await withClient(context, (holdfast) => holdfast.keys.revoke(id, options.reason));
  show({ id, revoked: true }, options, () => `Revoked ${id}. It is refused within a second.`);
}

/** `holdfast key rotate`: prints the new secret, once. */
export async function rotateKeyCommand(
  context: CommandContext,
  id: string,
  options: RotateKeyOptions,
): Promise<void> {
  const { reason, graceSeconds: grace_seconds, reference } = options;
  const asked = { reason, grace_seconds };
  if (await isDryRun(context, options, (holdfast) => holdfast.keys.previewRotate(id, asked))) return;
  const key = await withClient(context, (holdfast) =>
    holdfast.keys.rotate(id, asked, { idempotencyKey: reference }),
  );
  show(key, options, () => linesOf(key, id, grace_seconds));
}

function linesOf(key: CreatedApiKey, replaced: string, graceSeconds: number): string {
  return [
    fields([
      ['Key', key.id],
      ['Name', key.name],
      ['Scopes', key.scopes.join(', ')],
      ['Secret', key.secret],
    ]),
    key.secret === null
      ? 'It was made before under this reference; its secret is not shown again.'
      : `The secret is shown this once. ${replaced} works for ${String(graceSeconds)} s more.`,
  ].join('\n');
}

function stateOf({ revoked_at: revoked, expires_at: end, replaces }: ApiKeyView): string {
  if (revoked !== null) return 'revoked';
  if (end !== null) return `until ${second(end)}`;
  return replaces === null ? 'live' : 'live, in place of another';
}
