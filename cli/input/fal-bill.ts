import { z } from 'zod';
import { messageOf } from '../../domain/message-of.ts';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';

/** The size of a page; they allow more, and a line has 300 bytes. */
const PAGE_LINES = 1_000;

/** The most lines of one import. */
const MAX_PAGES = 100;

const PAGE_TIMEOUT_MS = 30_000;
const DAY_MS = 24 * 3_600_000;

const page = z.looseObject({ billing_events: z.array(z.unknown()), next_cursor: z.string().nullish() });

type FalPage = z.output<typeof page>;

export type FalBilling = { readonly url: string; readonly key: string };

/**
 * fal's billing events of the last days, page by page (https://fal.ai/docs/platform-apis/v1/models/billing-events):
 * they appear some time after a run, and can be read again. Throws CommandError with the reason; no message has the
 * key.
 */
export async function fetchFalBill(
  { url, key }: FalBilling,
  days: number,
  nowMs: number,
): Promise<readonly FalPage[]> {
  const pages: FalPage[] = [];
  const start = new Date(nowMs - days * DAY_MS).toISOString();
  let cursor: string | null = null;
  do {
    if (pages.length === MAX_PAGES) throw refused('there are more than 100,000 events: ask for fewer days');
    const query = new URLSearchParams({
      ...{ start, limit: String(PAGE_LINES) },
      ...(cursor === null ? {} : { cursor }),
    });
    const found: FalPage = await fetchPage(
      `${url.replace(/\/+$/, '')}/models/billing-events?${query.toString()}`,
      key,
    );
    pages.push(found);
    cursor = found.next_cursor ?? null;
  } while (cursor !== null);
  return pages;
}

async function fetchPage(url: string, key: string): Promise<FalPage> {
  const { status, text } = await withTimeLimit(PAGE_TIMEOUT_MS, null, async (signal) => {
    // The key is sent to no other host.
    const answer = await fetch(url, { headers: { authorization: `Key ${key}` }, redirect: 'error', signal });
    return { status: answer.status, text: await answer.text() };
  }).catch((error: unknown) => {
    throw refused(messageOf(error));
  });
  if (status !== 200)
    throw refused(
      `it responded ${String(status)}${status === 401 || status === 403 ? ', which is about the key' : ''}`,
    );
  const parsed = page.safeParse(jsonOf(text)).data;
  if (parsed === undefined) throw refused('its response holds no billing events');
  return parsed;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(why: string): CommandError {
  return new CommandError(
    `fal's billing events could not be fetched, and nothing was imported: ${why}`,
    EXIT_CODE.failed,
  );
}
