import { afterAll, describe, expect, it } from 'vitest';
import { browserFor } from '../../browser/find-browser.ts';
import { startApiBeside, type ApiBeside } from '../api-beside.ts';
import { withPages } from '../enter-console.ts';
import type { PortalFixture } from '../portal-fixture.ts';
import type { SupportFixture } from '../support-fixture.ts';

const program = browserFor(import.meta.filename);
const AD = { kind: 'static_ad', brief: { headline: 'Fresh bread, every morning' }, test_scenario: 'slow' };
const AWAY = 'Holdfast cannot be reached.';

/** In the page, before its scripts: keeps the events of its streams in order of arrival, by `seq` of the job. */
const KEEP_EVENTS = `(() => {
  window.eventsOfStreams = [];
  const { fetch } = window;
  window.fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response;
    const [ours, theirs] = response.body.tee();
    void keep(ours).catch(() => undefined);
    return new Response(theirs, response);
  };
  async function keep(body) {
    let text = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const lines = (text + chunk).split('\\n');
      text = lines.pop();
      for (const line of lines) {
        if (!line.startsWith('data:')) continue;
        const { job_id, seq } = JSON.parse(line.slice(5));
        if (job_id !== undefined) window.eventsOfStreams.push(seq);
      }
    }
  }
})();`;

describe.skipIf(program === null)('pages whose API is killed', () => {
  let portal: PortalFixture;
  let support: SupportFixture;
  let beside: ApiBeside;

  withPages(program, async (pages) => {
    ({ portal, support } = pages);
    beside = await startApiBeside(pages.parts);
  });
  afterAll(() => beside.stop());

  it('say so, and continue by themselves once it is back, with every event once', async () => {
    const account = await portal.openAccount();
    const cookies = await support.signIn('Ada Lovelace');
    const job = await portal.open(account, {
      at: beside.url,
      to: 'jobs',
      prepare: async (page) => {
        await page.addInitScript({ content: KEEP_EVENTS });
      },
    });
    const elsewhere = await portal.open(account, { at: beside.url });
    const body = `<!doctype html><script src="/portal/holdfast-credits.js"></script><holdfast-credits token="${elsewhere.token}"></holdfast-credits>`;
    await elsewhere.page.route('**/shop', (route) => route.fulfill({ contentType: 'text/html', body }));
    await elsewhere.page.goto(`${beside.url}/shop`);
    const element = elsewhere.page.locator('holdfast-credits');
    await element.getByText('1,000').waitFor();
    const now = await support.open({}, cookies, beside.url);
    await now.page.getByText('Stuck jobs').waitFor();
    await job.page.getByText('No jobs yet').waitFor();

    const id = await portal.submit(account, AD);
    await job.page.locator('.job-row').click();
    await job.page.getByText('Work started').waitFor();
    await beside.kill();
    await Promise.all([
      job.page.getByText(AWAY).first().waitFor(),
      now.page.getByText(AWAY).first().waitFor(),
      element.getByText('not live').waitFor(),
    ]);
    await portal.untilEnded(account, id);
    await beside.start();
    await job.page.getByText('Delivered and charged').waitFor();
    await Promise.all([
      job.page.getByText(AWAY).first().waitFor({ state: 'detached' }),
      now.page.getByText(AWAY).first().waitFor({ state: 'detached' }),
      elsewhere.page.locator('holdfast-credits:not([away])').waitFor(),
      element.getByText('not live').waitFor({ state: 'detached' }),
      element.getByText('965').waitFor(),
    ]);

    const { body: told } = await portal.call('GET', `/v1/jobs/${id}/events?limit=100`, undefined, account);
    const all = (told.data as readonly { readonly seq: number }[]).map(({ seq }) => seq);
    // The page may have read the job before its last event has arrived.
    await expect.poll(() => job.page.evaluate('window.eventsOfStreams')).toEqual(all);
    const timeline = job.page.locator('.timeline');
    await expect.poll(() => timeline.getAttribute('data-events')).toBe(String(all.length));
    await Promise.all([job.close(), elsewhere.close(), now.close()]);
  });
});
