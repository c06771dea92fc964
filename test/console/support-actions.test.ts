import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { readBrowserConfig } from '../../dev/dev-config.ts';
import { findBrowser, NO_BROWSER } from '../browser/find-browser.ts';
import { enterConsole } from './enter-console.ts';
import { tabTo } from './keyboard.ts';
import { createPortalFixture, type PortalFixture } from './portal-fixture.ts';
import type { ConsoleParts } from './start-console.ts';
import { createSupportFixture, type SignedIn, type SupportFixture } from './support-fixture.ts';

const program = findBrowser(readBrowserConfig());
if (program === null) console.warn(`SKIPPED: test/console/support-actions.test.ts. ${NO_BROWSER}`);
const AD = { kind: 'static_ad', brief: { headline: 'Rye on Sundays' } };

/** One action on a page: what opens it, what it says that it will do, what is filled in, and what the server then says. */
type Action = {
  readonly opens: string;
  readonly would: string;
  readonly fill?: (page: Page, hand: Hand) => Promise<void>;
  readonly verb?: string;
  readonly did: string;
};

/** How a person does something: by the mouse, or by keys alone. */
type Hand = {
  readonly press: (page: Page, name: string) => Promise<void>;
  readonly write: (page: Page, label: string, text: string) => Promise<void>;
};
const HANDS: Readonly<Record<'clicks' | 'keys', Hand>> = {
  clicks: {
    press: async (page, name) => {
      const place = (await page.getByRole('dialog').count()) === 0 ? page : page.getByRole('dialog');
      await place.getByRole('button', { name, exact: true }).click();
    },
    write: (page, label, text) => page.getByLabel(label).fill(text),
  },
  keys: {
    press: async (page, name) => {
      await tabTo(page, name);
      await page.keyboard.press('Enter');
    },
    write: async (page, label, text) => {
      await tabTo(page, new RegExp(`^${label}`));
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(text);
    },
  },
};

describe.skipIf(program === null).concurrent('support', () => {
  let parts: ConsoleParts | undefined;
  let support: SupportFixture;
  let api: PortalFixture;
  let ada: SignedIn;
  let grace: SignedIn;

  beforeAll(async () => {
    if (program === null) return;
    parts = await enterConsole(program);
    [support, api] = await Promise.all([createSupportFixture(parts), createPortalFixture(parts)]);
    [ada, grace] = await Promise.all([support.signIn('Ada Lovelace'), support.signIn('Grace Hopper')]);
  });
  afterAll(async () => {
    if (parts === undefined) return;
    await Promise.all([support.close(), api.close()]);
    await parts.stop();
  });

  /** Does it, with a reason, and closes what the server said. The reason is on record. */
  const act = async (page: Page, hand: Hand, { opens, would, fill, verb = opens, did }: Action) => {
    const reason = `Because of ${randomUUID()}`;
    await page.getByRole('button', { name: opens, exact: true }).waitFor();
    await hand.press(page, opens);
    await fill?.(page, hand);
    await page.getByRole('dialog').getByText(would).first().waitFor();
    await hand.press(page, verb);
    await page.getByText('Say why.').waitFor();
    await hand.write(page, 'Reason', reason);
    await hand.press(page, verb);
    await page.getByRole('dialog').getByText(did).first().waitFor();
    await hand.press(page, 'Close');
    return reason;
  };
  const submit = async (scenario: string) => {
    const account = await api.openAccount();
    return { account, jobId: await api.submit(account, { ...AD, test_scenario: scenario }) };
  };
  const jobOf = async ({ account, jobId }: { readonly account: string; readonly jobId: string }) =>
    (await api.call('GET', `/v1/jobs/${jobId}`, undefined, account)).body;

  it.each(['clicks', 'keys'] as const)('extends, restarts and releases what runs, by %s', async (how) => {
    const hand = HANDS[how];
    const job = await submit('never_finishes');
    const before = await jobOf(job);
    const open = await support.open({}, ada);
    const { page } = open;
    await open.goTo(`jobs/${job.jobId}`);
    const reasons = [
      await act(page, hand, {
        opens: 'Extend',
        would: 'lets 1 output run until',
        did: 'The job is now',
      }),
      await act(page, hand, {
        opens: 'Restart',
        would: 'makes a new attempt under the same reservation of 35 credits',
        did: 'The job is now',
      }),
      await act(page, hand, {
        opens: 'Release',
        would: 'returns 35 credits to the sign-up grant',
        did: 'Reserved 0, charged 0, returned 35, refunded 0.',
      }),
    ];
    for (const reason of reasons) await page.getByText(reason).waitFor();
    // What has been done is offered no more; the focus is not lost with its button.
    await page.getByText('Nothing is left to do').waitFor();
    expect(await page.evaluate('document.activeElement.tagName')).not.toBe('BODY');
    const after = await jobOf(job);
    expect(Date.parse(after.returned_automatically_by)).toBeGreaterThan(
      Date.parse(before.returned_automatically_by),
    );
    expect(after.billing).toMatchObject({ reserved: 0, returned: 35 });
    await open.close();
  });

  it.each(['clicks', 'keys'] as const)('resolves an unknown outcome, by %s', async (how) => {
    const job = await submit('unknown_outcome_lost');
    const open = await support.open({}, grace);
    const { page } = open;
    await open.goTo(`jobs/${job.jobId}`);
    const reason = await act(page, HANDS[how], {
      opens: 'Resolve',
      would: 'counts attempt 1 at local as not run',
      did: 'The job is now',
    });
    await page.getByText(reason).waitFor();
    await open.close();
  });

  it.each([
    ['refund', 'keys', 'Refund', 'returns 35 credits', 'Charged 35, refunded 35.', 'Deny'],
    [
      'free_retry',
      'clicks',
      'Try again for free',
      'once more, at no credits',
      'It is made again as',
      'Refund',
    ],
    ['deny', 'keys', 'Deny', 'moves no credits', 'The customer reads your reason.', 'Refund'],
  ] as const)(
    'decides a report: %s, by %s; the second of two people is refused in words',
    async (decision, how, opens, would, did, other) => {
      const job = await submit('ok');
      const { outputs } = await api.untilEnded(job.account, job.jobId);
      const report = { category: 'broken', note: 'Cut off.' };
      const path = `/v1/outputs/${String(outputs[0].id)}/reports`;
      const id = (await api.call('POST', path, report, job.account)).body['id'] as string;
      const [one, two] = await Promise.all([support.open({}, ada), support.open({}, grace)]);
      await Promise.all([one.goTo(`reviews/${id}`), two.goTo(`reviews/${id}`)]);
      await two.page.getByRole('button', { name: other }).click();
      await two.page.getByLabel('Reason').fill('I came second');
      await two.page.getByRole('dialog').locator('.would').waitFor();
      await act(one.page, HANDS[how], { opens, would, did });
      await two.page.getByRole('dialog').getByRole('button', { name: other }).click();
      await two.page.getByRole('alert').getByText('The review has been decided otherwise.').waitFor();
      expect(await two.page.getByText('Done', { exact: true }).count()).toBe(0);
      const { body } = await api.call('GET', `/v1/reviews/${id}`);
      expect(body.decision).toBe(decision);
      await Promise.all([one.close(), two.close()]);
    },
  );

  it.each(['clicks', 'keys'] as const)(
    'grants goodwill, voids it, freezes and unfreezes an account, by %s',
    async (how) => {
      const hand = HANDS[how];
      const account = await api.openAccount('Mill Lane');
      const open = await support.open({}, ada);
      const { page } = open;
      await open.goTo(`accounts/${account}`);
      await act(page, hand, {
        opens: 'Grant goodwill',
        fill: (on, by) => by.write(on, 'Credits', '250'),
        would: 'Reason',
        verb: 'Grant',
        did: '250 credits were granted',
      });
      await page.getByText('1,250').first().waitFor();
      await act(page, hand, {
        opens: 'Void the Goodwill grant',
        would: 'It cannot be undone.',
        verb: 'Void',
        did: '250 credits were taken back.',
      });
      await act(page, hand, {
        opens: 'Freeze',
        would: 'New spending is refused with a clear reason.',
        did: 'New spending is refused from now on.',
      });
      await page.getByText('Frozen', { exact: true }).waitFor();
      const refused = await api.call('POST', '/v1/jobs', AD, account);
      expect(refused.body).toMatchObject({ status: 403, code: 'account_frozen' });
      await act(page, hand, {
        opens: 'Unfreeze',
        would: 'New spending is allowed again.',
        did: 'The account can spend again.',
      });
      await page.getByText('Active', { exact: true }).waitFor();
      await open.close();
    },
  );

  it('sends a delivery again, by keys', async () => {
    const account = await api.openAccount();
    const hook = { url: 'https://hooks.invalid/', events: ['job.failed'] };
    await api.call('POST', '/v1/webhook_endpoints', hook, account);
    const jobId = await api.submit(account, { ...AD, test_scenario: 'fails_after_start' });
    await api.untilEnded(account, jobId);
    const open = await support.open({}, ada);
    const { page } = open;
    await open.goTo(`accounts/${account}`);
    await tabTo(page, /hooks\.invalid/);
    await page.keyboard.press('Enter');
    await tabTo(page, 'Send job.failed again');
    await page.keyboard.press('Enter');
    await page.getByText('It is sent again.').waitFor();
    await open.close();
  });

  it('reads on Now with one call a tick, whatever is open', async () => {
    const open = await support.open({}, grace);
    const { page } = open;
    await page.getByText('Stuck jobs').waitFor();
    await page.clock.install();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    for (let ticks = 1; ticks <= 3; ticks++) {
      const answered = page.waitForResponse('**/v1/attention');
      await page.clock.runFor(4_000);
      await answered;
    }
    expect(asked).toEqual(['/v1/attention', '/v1/attention', '/v1/attention']);
    await open.close();
  });
});
