import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { browserFor } from '../browser/find-browser.ts';
import { withPages } from './enter-console.ts';
import { tabTo } from './keyboard.ts';
import { LOOKS, type Look, type PortalFixture } from './portal-fixture.ts';
import type { SignedIn, SupportFixture } from './support-fixture.ts';

const program = browserFor(import.meta.filename);
/** Each waits for four responses, beside all that other files do. */
const TEN_ACTIONS = { timeout: 300_000 } as const;
const AD = { kind: 'static_ad', brief: { headline: 'Rye on Sundays' } };
/** The time that is said in the response to the nth call of a page. */
const instantOf = (call: number) => `2026-01-31T12:00:${String(call).padStart(2, '0')}.000Z`;
/** In the page, before its scripts: keeps the paths of its calls, each of which says its number. */
const COUNT_CALLS = `(() => {
  window.calls = [];
  const { fetch } = window;
  window.fetch = (input, init) => {
    const request = new Request(input, init);
    window.calls.push(new URL(request.url).pathname);
    request.headers.set('x-call', String(window.calls.length));
    return fetch(request);
  };
})()`;

/** One action on a page: the button that opens it, its preview, its fields, and the server's result. */
type Action = {
  readonly opens: string;
  readonly would: string;
  readonly fill?: (page: Page, hand: Hand) => Promise<void>;
  readonly verb?: string;
  readonly did: string;
};

/** The way in which a person acts: by clicks on a wide page, or by keys alone on a narrow one in the dark theme. */
type Hand = {
  readonly look: Look;
  readonly press: (page: Page, name: string) => Promise<void>;
  readonly write: (page: Page, label: string, text: string) => Promise<void>;
};
const HANDS: Readonly<Record<'clicks' | 'keys', Hand>> = {
  clicks: {
    look: { theme: 'light', width: 1_280 },
    press: async (page, name) => {
      const place = (await page.getByRole('dialog').count()) === 0 ? page : page.getByRole('dialog');
      await place.getByRole('button', { name, exact: true }).click();
    },
    write: (page, label, text) => page.getByLabel(label).fill(text),
  },
  keys: {
    look: { theme: 'dark', width: 360 },
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

/** Shows an open page in another theme and at another width. */
const lookAs = async (page: Page, { theme, width }: Look) => {
  await page.emulateMedia({ colorScheme: theme });
  await page.setViewportSize({ width, height: VIEW_HEIGHT });
};
const VIEW_HEIGHT = 900;

/** A decision as the account's history of reports has it. */
const DECIDED = { refund: /Refund 35$/, free_retry: /Free retry 0$/, deny: /Deny 0$/ } as const;

describe.skipIf(program === null).concurrent('support', () => {
  let support: SupportFixture;
  let api: PortalFixture;
  let ada: SignedIn;
  let grace: SignedIn;

  withPages(program, async (pages) => {
    ({ support, portal: api } = pages);
    [ada, grace] = await Promise.all([support.signIn('Ada Lovelace'), support.signIn('Grace Hopper')]);
  });

  /** Takes an action with a reason, and closes the result; returns the reason, which is recorded. */
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
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    return reason;
  };
  const submit = async (scenario: string) => {
    const account = await api.openAccount();
    return { account, jobId: await api.submit(account, { ...AD, test_scenario: scenario }) };
  };
  const jobOf = async ({ account, jobId }: { readonly account: string; readonly jobId: string }) =>
    (await api.call('GET', `/v1/jobs/${jobId}`, undefined, account)).body;

  it.each(['clicks', 'keys'] as const)('extends, restarts and releases a running job, by %s', async (how) => {
    const hand = HANDS[how];
    const job = await submit('never_finishes');
    const before = await jobOf(job);
    const open = await support.open(hand.look, ada);
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
    for (const reason of reasons) {
      const record = page.locator('.trail-item', { hasText: reason });
      await record.getByText('Ada Lovelace').waitFor();
    }
    // An action that was taken is no longer offered, and the focus is not lost with its button.
    await page.getByText('Nothing is left to do').waitFor();
    await page.locator(':focus').first().waitFor();
    const after = await jobOf(job);
    expect(Date.parse(after.returned_automatically_by)).toBeGreaterThan(
      Date.parse(before.returned_automatically_by),
    );
    expect(after.billing).toMatchObject({ reserved: 0, returned: 35 });
    await open.close();
  });

  it.each(['clicks', 'keys'] as const)('resolves an attempt of unknown outcome, by %s', async (how) => {
    const job = await submit('unknown_outcome_lost');
    const open = await support.open(HANDS[how].look, grace);
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
    ['refund', 'Refund', 'returns 35 credits', 'Charged 35, refunded 35.', 'Deny'],
    ['free_retry', 'Try again for free', 'once more, at no credits', 'It is made again as', 'Refund'],
    ['deny', 'Deny', 'moves no credits', 'The customer reads your reason.', 'Refund'],
  ] as const)(
    'decides a report by clicks and another by keys: %s; a second person’s other decision is refused in words',
    async (decision, opens, would, did, other) => {
      const account = await api.openAccount();
      const reported = async () => {
        const jobId = await api.submit(account, { ...AD, test_scenario: 'ok' });
        const { outputs } = await api.untilEnded(account, jobId);
        const path = `/v1/outputs/${String(outputs[0].id)}/reports`;
        const { body } = await api.call('POST', path, { category: 'broken', note: 'Cut off.' }, account);
        return { jobId, id: String(body['id']) };
      };
      const [first, { jobId, id }] = await Promise.all([reported(), reported()]);
      const [one, two] = await Promise.all([support.open(HANDS.clicks.look, ada), support.open({}, grace)]);
      await Promise.all([one.goTo(`reviews/${first.id}`), two.goTo(`reviews/${id}`)]);
      await two.page.getByRole('button', { name: other }).click();
      await two.page.getByLabel('Reason').fill('I came second');
      await two.page.getByRole('dialog').locator('.would').waitFor();
      await two.page.getByText('The customer reads the reason too.').waitFor();
      await act(one.page, HANDS.clicks, { opens, would, did });
      await one.goTo(`reviews/${id}`);
      await lookAs(one.page, HANDS.keys.look);
      const queued = one.page.locator(`.queue-list a[href*="${id}"]`);
      await queued.waitFor();
      await act(one.page, HANDS.keys, { opens, would, did });
      // It leaves the queue, and is no longer open among the reports beside it.
      await queued.waitFor({ state: 'detached' });
      await one.page.getByRole('row', { name: DECIDED[decision] }).nth(1).waitFor();
      await two.page.getByRole('dialog').getByRole('button', { name: other }).click();
      await two.page.getByRole('alert').getByText('(Ada Lovelace) did “decide review” (').waitFor();
      await two.page.getByText('The review has been decided otherwise.').waitFor();
      expect(await two.page.getByText('Done', { exact: true }).count()).toBe(0);
      for (const report of [first, { jobId, id }]) {
        expect((await api.call('GET', `/v1/reviews/${report.id}`)).body.decision).toBe(decision);
        const { actions } = (await api.call('GET', `/v1/jobs/${report.jobId}/inspect`)).body as unknown as {
          actions: object[];
        };
        expect(actions).toContainEqual(expect.objectContaining({ action: 'decide_review' }));
      }
      await Promise.all([one.close(), two.close()]);
    },
  );

  /**
   * Support's actions on an account. Each is previewed by the server, and refused to a second person with an old
   * preview.
   */
  const CHANGES: readonly (Action & { readonly action: string })[] = [
    {
      opens: 'Grant goodwill',
      fill: (on, by) => by.write(on, 'Credits', '250'),
      would: 'adds 250 credits as a goodwill grant',
      verb: 'Grant',
      did: '250 credits were granted',
      action: 'grant',
    },
    {
      opens: 'Void the Goodwill grant',
      would: 'takes back 250 unspent credits of the goodwill grant',
      verb: 'Void',
      did: '250 credits were taken back.',
      action: 'void_grant',
    },
    {
      opens: 'Set limits',
      fill: (on, by) => by.write(on, 'Jobs at once', '5'),
      would: 'sets jobs at once: none → 5',
      did: 'From now on: Jobs at once: 5.',
      action: 'set_limits',
    },
    {
      opens: 'Set a cap',
      fill: async (on, by) => {
        await by.write(on, 'Name', 'ann');
        await by.write(on, 'Credits per period', '40');
      },
      would: 'sets the cap of member ann: none of its own → 40',
      verb: 'Set cap',
      did: 'ann may spend 40 credits per period from now on.',
      action: 'set_limits',
    },
    {
      opens: 'Set cap of member ann',
      fill: (on, by) => by.write(on, 'Credits per period', '60'),
      would: 'sets the cap of member ann: 40 → 60',
      verb: 'Set cap',
      did: 'ann may spend 60 credits per period from now on.',
      action: 'set_limits',
    },
    {
      opens: 'Set price list',
      fill: (on, by) => by.write(on, 'Its name in the catalogue', 'standard'),
      would: 'prices new quotes and jobs by standard, version 1, as before',
      did: 'It is priced by standard, version 1, from now on.',
      action: 'set_price_list',
    },
    {
      opens: 'Freeze',
      would: 'refuses new spending from now on',
      did: 'New spending is refused from now on.',
      action: 'freeze',
    },
    {
      opens: 'Unfreeze',
      would: 'allows new spending again: 1,000 credits can be spent',
      did: 'The account can spend again.',
      action: 'unfreeze',
    },
    {
      opens: 'Send job.failed again',
      would: 'again to https://hooks.invalid/',
      verb: 'Send again',
      did: 'It is sent again',
      action: 'resend_webhooks',
    },
    {
      opens: 'Revoke the key shop',
      would: 'refuses every call with key_',
      verb: 'Revoke',
      did: 'is refused from now on',
      action: 'revoke_key',
    },
  ];

  /** Opens an account with everything that support can act on. */
  const openWhole = async () => {
    const account = await api.openAccount('Mill Lane');
    const hook = { url: 'https://hooks.invalid/', events: ['job.failed'] };
    await api.call('POST', '/v1/webhook_endpoints', hook, account);
    await api.call('POST', '/v1/keys', { name: 'shop', scopes: ['jobs:read'] }, account);
    const jobId = await api.submit(account, { ...AD, test_scenario: 'fails_after_start' });
    await api.untilEnded(account, jobId);
    return account;
  };

  it(
    'takes every action on an account by keys alone; a second person, who clicks with an old preview, is refused and told who was first',
    TEN_ACTIONS,
    async () => {
      const account = await openWhole();
      const [one, two] = await Promise.all([support.open(HANDS.keys.look, ada), support.open({}, grace)]);
      await Promise.all([one.goTo(`accounts/${account}`), two.goTo(`accounts/${account}`)]);
      await tabTo(one.page, /hooks\.invalid/);
      await one.page.keyboard.press('Enter');
      await two.page.getByText('hooks.invalid').first().click();
      for (const change of CHANGES) {
        const { opens, fill, would, verb = opens, action } = change;
        // The result of the first person's action is shown to the second one too.
        await two.page.getByRole('button', { name: opens, exact: true }).waitFor({ timeout: 30_000 });
        await HANDS.clicks.press(two.page, opens);
        await fill?.(two.page, HANDS.clicks);
        await two.page.getByRole('dialog').getByText(would).first().waitFor();
        await two.page.getByLabel('Reason').fill('I came second');
        const reason = await act(one.page, HANDS.keys, change);
        await HANDS.clicks.press(two.page, verb);
        const refusal = two.page.getByRole('alert');
        await refusal.getByText(`(Ada Lovelace) did “${action.replaceAll('_', ' ')}” (`).waitFor();
        await refusal.getByText(reason).waitFor();
        expect(await two.page.getByText('Done', { exact: true }).count(), action).toBe(0);
        await HANDS.clicks.press(two.page, 'Cancel');
        await two.page.getByRole('dialog').waitFor({ state: 'detached' });
        // Recorded with person, time and reason.
        const record = one.page.locator('.trail-item', { hasText: reason });
        await record.getByText('Ada Lovelace').waitFor();
        await record.locator('time').waitFor();
        if (action === 'freeze') {
          const refused = await api.call('POST', '/v1/jobs', AD, account);
          expect(refused.body).toMatchObject({ status: 403, code: 'account_frozen' });
        }
      }
      expect(await one.page.locator('.trail-item', { hasText: 'I came second' }).count()).toBe(0);
      await Promise.all([one.close(), two.close()]);
    },
  );

  it(
    'takes every action on an account by clicks, at each width and in each theme, and has each on record',
    TEN_ACTIONS,
    async () => {
      const account = await openWhole();
      const open = await support.open({}, ada);
      const { page } = open;
      await open.goTo(`accounts/${account}`);
      await page.getByText('hooks.invalid').first().click();
      for (const [at, change] of CHANGES.entries()) {
        await lookAs(page, LOOKS[at % LOOKS.length] ?? HANDS.clicks.look);
        const reason = await act(page, HANDS.clicks, change);
        await page.locator('.trail-item', { hasText: reason }).getByText('Ada Lovelace').waitFor();
      }
      const { body } = await api.call('GET', `/v1/accounts/${account}/actions`);
      const { data } = body as { readonly data: readonly { readonly action: string }[] };
      const taken = data.slice(0, CHANGES.length).map(({ action }) => action);
      expect(taken.reverse()).toEqual(CHANGES.map(({ action }) => action));
      await open.close();
    },
  );

  it('reads the page Now with one call per interval, and shows a read that takes longer than one', async () => {
    const open = await support.open({}, grace);
    const { page } = open;
    await page.addInitScript({ content: COUNT_CALLS });
    const holds: Promise<void>[] = [];
    await page.route('**/v1/attention', async (route) => {
      const at = instantOf(Number(route.request().headers()['x-call'] ?? 0));
      await holds[0];
      await route.fulfill({ json: { ...((await (await route.fetch()).json()) as object), at } });
    });
    const calls = () => page.evaluate<readonly string[]>('window.calls');
    const shown = (call: number) => page.locator(`.live time[datetime="${instantOf(call)}"]`).waitFor();
    /** Lets so many intervals pass; returns the calls that are made by then. */
    const pass = async (intervals: number) => {
      await page.clock.runFor(intervals * 4_000);
      return calls();
    };
    await page.clock.install();
    await page.reload();
    await page.locator('.live time[datetime^="2026-01-31"]').waitFor();
    // From here on no time passes by itself. Less than a request may take, and more than this call does.
    await page.clock.pauseAt(Date.now() + 10_000);
    // A read begins in the frame after the end of an interval. The second one below shows when that is.
    for (let read = 1; read <= 2; read++) {
      const { length: made } = await calls();
      while ((await calls()).length === made) await page.clock.runFor(100);
      await shown(made + 1);
    }
    const { length: before } = await calls();
    for (let interval = 1; interval <= 3; interval++) {
      expect(await pass(1)).toHaveLength(before + interval);
      await shown(before + interval);
    }
    let goOn = () => {};
    holds.push(new Promise((resolve) => (goOn = resolve)));
    // A read that takes three intervals is neither repeated nor given up.
    const all = await pass(3);
    expect(all.slice(before)).toEqual(Array.from({ length: 4 }, () => '/v1/attention'));
    goOn();
    await shown(all.length);
    await open.close();
  });
});
