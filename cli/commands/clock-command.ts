import { setTimeout as sleep } from 'node:timers/promises';
import type { ClockView } from '../../contract/shapes/account-shapes.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { connectOperatorApi, type OperatorApi } from '../operator-api.ts';
import { fields, show } from '../show/show.ts';

const ASK_AGAIN_MS = 500;
/** Two periods are a few dozen steps of milliseconds; a worker that is away may be started meanwhile. */
const READY_WITHIN_MS = 120_000;

/** `holdfast account clock`: shows the clock of an account; moves that of a test account on, and waits until it is there. */
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
  const clock = await untilReady(api, path);
  show(clock, options, () =>
    fields([
      ['Account', account],
      ['Now', clock.now],
      ['State', clock.state],
    ]),
  );
}

async function untilReady(api: OperatorApi, path: string): Promise<ClockView> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const { body } = await api.json<ClockView>(path);
    if (body.state === 'ready') return body;
    if (Date.now() > deadline) {
      throw new CommandError(
        `The clock stands at ${body.now} and is still on its way. Does a worker run? It goes on by itself; ask again.`,
        EXIT_CODE.failed,
      );
    }
    await sleep(ASK_AGAIN_MS);
  }
}
