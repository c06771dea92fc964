import type { PortalRight } from '../../domain/portal-rights.ts';
import type { CommandContext } from '../command-context.ts';
import { withClient } from '../operator-api.ts';
import { fields, second, show } from '../show/show.ts';

export type PortalSessionOptions = {
  readonly can: readonly PortalRight[];
  readonly expiresIn: number;
  readonly json: boolean;
};

/** `holdfast portal session create`: a token for the browser of a customer; it is shown once, in its address. */
export async function createPortalSessionCommand(
  context: CommandContext,
  account: string,
  { can, expiresIn, json }: PortalSessionOptions,
): Promise<void> {
  const session = await withClient(context, (holdfast) =>
    holdfast.portalSessions.create({ can: [...can], expires_in_seconds: expiresIn }, { account }),
  );
  show(session, { json }, () =>
    [
      fields([
        ['Session', session.id],
        ['Account', session.account_id],
        ['Can', session.can.join(', ')],
        ['Until', second(session.expires_at)],
      ]),
      session.url,
      'Who opens this address may do so; portal session revoke ends it.',
    ].join('\n'),
  );
}

/** `holdfast portal session revoke`: the token is refused within a second. */
export async function revokePortalSessionCommand(
  context: CommandContext,
  account: string,
  id: string,
  options: { readonly json: boolean },
): Promise<void> {
  await withClient(context, (holdfast) => holdfast.portalSessions.revoke(id, { account }));
  show({ id, revoked: true }, options, () => `Ended ${id}. It is refused within a second.`);
}
