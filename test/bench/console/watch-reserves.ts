import { WATCH_AVAILABLE } from '../../console/watch-available.ts';
import type { PortalFixture } from '../../console/portal-fixture.ts';

export type SeenTimes = { readonly reserve_ms: readonly number[]; readonly return_ms: readonly number[] };

type Shown = { readonly credits: number; readonly at: number };

/** Jobs that fail one after the other, under an open page: from the reserve and from the return to the figure that is seen. */
export async function watchReserves(
  portal: PortalFixture,
  submissions: number,
  progress: (line: string) => void,
): Promise<SeenTimes> {
  const account = await portal.openAccount();
  const open = await portal.open(account);
  const { page } = open;
  await page.getByTestId('available').waitFor();
  await page.evaluate(WATCH_AVAILABLE);
  const reserve: number[] = [];
  const returned: number[] = [];
  for (let at = 0; at < submissions; at++) {
    const id = await portal.submit(account, {
      kind: 'static_ad',
      brief: { headline: 'Fresh bread' },
      test_scenario: 'fails_after_start',
    });
    const job = await portal.untilEnded(account, id);
    const shown = await untilShown(() => page.evaluate<readonly Shown[]>('window.shown'), 3 + 2 * at);
    reserve.push((shown[1 + 2 * at]?.at ?? Number.NaN) - Date.parse(job.created_at as string));
    returned.push((shown[2 + 2 * at]?.at ?? Number.NaN) - Date.parse(job.finished_at as string));
    progress(
      `job ${String(at + 1)}: its reserve seen after ${String(reserve.at(-1))} ms, its return after ${String(returned.at(-1))} ms`,
    );
  }
  await open.close();
  return { reserve_ms: reserve, return_ms: returned };
}

async function untilShown(read: () => Promise<readonly Shown[]>, figures: number): Promise<readonly Shown[]> {
  for (;;) {
    const shown = await read();
    if (shown.length >= figures) return shown;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
