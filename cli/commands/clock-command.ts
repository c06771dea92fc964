import type { ClockView } from '../../contract/shapes/account-shapes.ts';
import type { CommandContext } from '../command-context.ts';
import { connectOperatorApi } from '../operator-api.ts';
import { fields, show } from '../show/show.ts';
import { untilClockIsReady } from '../until-clock-is-ready.ts';

/** `holdfast account clock`: shows an account's clock; moves a test account's, and waits until it has arrived. */
export async function clockCommand(
  context: CommandContext,
  account: string,
  options: { readonly advanceTo?: string; readonly json: boolean },
): Promise<void> {
  const api = await connectOperatorApi(context);
  const path = `/v1/accounts/${account}/clock`;
  if (options.advanceTo !== undefined) {
    await api.json<ClockView>(path, { body: { advance_to: options.advanceTo } });
  }
  const clock = await untilClockIsReady(async () => (await api.json<ClockView>(path)).body);
  show(clock, options, () =>
    fields([
      ['Account', account],
      ['Now', clock.now],
      ['State', clock.state],
    ]),
  );
}
