import type { AccountEvent } from '../../client/http/http-client.ts';
import type { EventType } from '../../domain/event-types.ts';
import type { CommandContext } from '../command-context.ts';
import { fitLines } from '../show/fit-line.ts';
import { withClient } from '../operator-api.ts';
import { second } from '../show/show.ts';
import { printLine } from '../show/terminal.ts';

export type EventsOptions = {
  readonly after?: number;
  readonly type?: EventType;
  readonly follow: boolean;
  readonly count?: number;
  readonly json: boolean;
};

/** `holdfast events`: an account's events, each on a line of its own. */
export async function eventsCommand(
  context: CommandContext,
  account: string,
  { after = 0, type, follow, count = Infinity, json }: EventsOptions,
): Promise<void> {
  const print = (event: AccountEvent) => {
    printLine(json ? JSON.stringify(event) : lineOf(event));
  };
  await withClient(context, async (holdfast) => {
    if (!follow) {
      for await (const event of holdfast.pastEvents({ after, type }, { account })) print(event);
      return;
    }
    let seen = 0;
    for await (const event of holdfast.events({ account, after, ...(type === undefined ? {} : { type }) })) {
      print(event);
      seen += 1;
      if (seen >= count) return;
    }
  });
}

function lineOf(event: AccountEvent): string {
  const about = event.job_id === undefined ? JSON.stringify(event.data) : event.job_id;
  return `${String(event.sequence).padStart(6)}  ${second(event.created_at)}  ${event.type}\n        ${fitLines(about, 8)}`;
}
