import type { Page } from 'playwright-core';
import type { Look } from '../console/portal-fixture.ts';
import { holdCalls, refuseCalls } from '../console/held-calls.ts';
import type { FilledPictures } from './fill-pictures.ts';

/** A page as it is taken. */
export type Picture = {
  /** Of its file. */
  readonly name: string;
  readonly face: 'portal' | 'support' | 'sign-in' | 'sandbox';
  /** Behind the `#/`. */
  readonly place: string;
  /** A text that is there once the page is. */
  readonly sign: string;
  /** Of docs/images; absent: it is only looked at. */
  readonly look?: Look;
  /** The customer; absent: the one of all others. */
  readonly account?: string;
  /** Before the place is gone to. */
  readonly before?: (page: Page) => Promise<void>;
  /** Before it is taken. */
  readonly prepare?: (page: Page) => Promise<void>;
  /** What it reads never comes. */
  readonly isWaiting?: boolean;
};

const LIGHT = { theme: 'light', width: 1_280 } as const;
const DARK = { theme: 'dark', width: 1_280 } as const;
const DARK_NARROW = { theme: 'dark', width: 360 } as const;

const opened = (name: string, sign: string) => async (page: Page) => {
  await page.getByRole('button', { name, exact: true }).first().click();
  await page.getByRole('dialog').getByText(sign).first().waitFor();
};

/** Every page of both faces, those of docs/images among them. */
export function picturesOf(of: FilledPictures): readonly Picture[] {
  return [
    { name: 'portal-credits', face: 'portal', place: 'credits', sign: 'History', look: LIGHT },
    {
      name: 'portal-create',
      face: 'portal',
      place: 'create',
      sign: 'Price',
      look: LIGHT,
      prepare: async (page) => {
        await page.getByLabel('Headline').fill('Warm by the time you wake');
        await page.getByLabel('Variations').fill('3');
        await page.getByText('Available after').waitFor();
      },
    },
    { name: 'portal-job', face: 'portal', place: `jobs/${of.delivered}`, sign: 'What happened', look: DARK },
    { name: 'portal-jobs-narrow', face: 'portal', place: 'jobs', sign: 'Rolls at seven', look: DARK_NARROW },
    { name: 'portal-several', face: 'portal', place: `jobs/${of.several}`, sign: 'Results' },
    { name: 'portal-failed', face: 'portal', place: `jobs/${of.failed}`, sign: 'What happened' },
    {
      name: 'portal-running',
      face: 'portal',
      place: `jobs/${of.running}`,
      sign: 'reserved. What is not ready',
    },
    {
      name: 'portal-empty',
      face: 'portal',
      place: 'credits',
      sign: 'Nothing was charged',
      account: of.empty,
    },
    { name: 'portal-no-jobs', face: 'portal', place: 'jobs', sign: 'No jobs yet', account: of.empty },
    {
      name: 'portal-packs',
      face: 'portal',
      place: 'create',
      sign: 'Price',
      account: of.empty,
      prepare: async (page) => {
        await page.getByLabel('Headline').fill('Warm by the time you wake');
        await page.getByLabel('Variations').fill('50');
        await page.getByText('credits are missing').waitFor();
      },
    },
    {
      name: 'portal-edit',
      face: 'portal',
      place: `jobs/${of.delivered}`,
      sign: 'What happened',
      prepare: async (page) => {
        await opened('Edit', 'What should be different?')(page);
        await page.getByLabel('What should be different?').fill('Warmer light');
        await page.getByRole('button', { name: 'Create the edit for' }).waitFor();
      },
    },
    {
      name: 'portal-report',
      face: 'portal',
      place: `jobs/${of.delivered}`,
      sign: 'What happened',
      prepare: async (page) => {
        await opened('Report a problem', 'What is wrong with it?')(page);
        await page.getByRole('radio').first().check();
      },
    },
    {
      name: 'portal-statement',
      face: 'portal',
      place: 'credits',
      sign: 'History',
      prepare: opened('Statement', 'Closing balance'),
    },
    { name: 'portal-long', face: 'portal', place: `jobs/${of.long}`, sign: 'What happened' },
    {
      name: 'support-now',
      face: 'support',
      place: 'now',
      sign: 'Stuck jobs',
      look: LIGHT,
      // A job that is stuck is so after its expected time.
      prepare: (page) => page.getByText('Static ad by').first().waitFor({ timeout: 120_000 }),
    },
    { name: 'support-find', face: 'support', place: `find?q=${of.account}`, sign: 'Found' },
    { name: 'support-job', face: 'support', place: `jobs/${of.reported}`, sign: 'Audit trail', look: LIGHT },
    { name: 'support-running', face: 'support', place: `jobs/${of.running}`, sign: 'Audit trail' },
    {
      name: 'support-release',
      face: 'support',
      place: `jobs/${of.running}`,
      sign: 'Audit trail',
      look: DARK,
      prepare: opened('Release', 'returns'),
    },
    { name: 'support-long', face: 'support', place: `jobs/${of.long}`, sign: 'Audit trail' },
    {
      name: 'support-review',
      face: 'support',
      place: `reviews/${of.reviewId}`,
      sign: 'Reports of this account',
      look: DARK,
    },
    {
      name: 'support-account',
      face: 'support',
      place: `accounts/${of.account}`,
      sign: 'Entries',
      look: LIGHT,
    },
    { name: 'support-models', face: 'support', place: 'models', sign: 'Cost and margin' },
    {
      name: 'support-limits',
      face: 'support',
      place: `accounts/${of.account}`,
      sign: 'Entries',
      prepare: opened('Set limits', 'Jobs at once'),
    },
    {
      name: 'support-ledger',
      face: 'support',
      place: 'ledger',
      sign: 'All sources',
      look: LIGHT,
    },
    { name: 'support-reviews', face: 'support', place: 'reviews', sign: 'Reports of this account' },
    {
      name: 'support-decided',
      face: 'support',
      place: 'reviews?state=decided',
      sign: 'Reports of this account',
    },
    { name: 'support-empty', face: 'support', place: `accounts/${of.empty}`, sign: 'No webhook endpoints' },
    { name: 'support-none-found', face: 'support', place: 'find?q=absent', sign: 'Nothing has this id' },
    { name: 'support-sign-in', face: 'sign-in', place: '', sign: 'Your name' },
    {
      name: 'sandbox',
      face: 'sandbox',
      place: '',
      sign: 'Reconcile clean',
      look: LIGHT,
      prepare: async (page) => {
        await page.getByRole('button', { name: /Kill the worker/ }).click();
        await page.getByText('has taken over after').first().waitFor({ timeout: 60_000 });
      },
    },
    ...furtherOf(of),
    ...dialogsOf(of),
    ...statesOf(of),
    { name: 'support-nowhere', face: 'support', place: 'nowhere', sign: 'There is no such page' },
  ];
}

/** Pages in a state that is met rarely. */
function furtherOf(of: FilledPictures): readonly Picture[] {
  return [
    {
      name: 'portal-broke',
      face: 'portal',
      place: 'credits',
      sign: 'You have no credits',
      account: of.broke,
    },
    {
      name: 'portal-frozen',
      face: 'portal',
      place: 'credits',
      sign: 'New work is paused',
      account: of.frozen,
    },
    {
      name: 'portal-none-listed',
      face: 'portal',
      place: 'jobs?state=canceled',
      sign: 'No job fits these filters',
    },
    { name: 'portal-batch', face: 'portal', place: `jobs/${of.batch}`, sign: 'Results' },
    { name: 'portal-reported', face: 'portal', place: `jobs/${of.several}`, sign: 'Your credits are back' },
    {
      name: 'portal-history',
      face: 'portal',
      place: 'credits',
      sign: 'History',
      prepare: async (page) => {
        await page.getByText('Your morning, already warm').first().click();
        await page.getByText('Open the job').waitFor();
      },
    },
    {
      name: 'portal-field-fault',
      face: 'portal',
      place: 'create',
      sign: 'Price',
      prepare: async (page) => {
        await page.getByLabel('Headline').fill('Warm by the time you wake');
        await page.getByRole('textbox', { name: 'Brand color optional' }).fill('gold');
        await page.getByText('A color as #rrggbb.').waitFor();
        await page.getByText('More options').click();
      },
    },
    { name: 'portal-film', face: 'portal', place: 'create?kind=video_ad', sign: 'Price' },
    {
      name: 'portal-signed-out',
      face: 'portal',
      place: 'credits',
      sign: 'History',
      prepare: async (page) => {
        const address = page.url().split('#')[0] ?? '';
        await page.goto('about:blank');
        await page.goto(address);
        await page.getByText('This page is opened from your account').waitFor();
      },
    },
    { name: 'support-failed', face: 'support', place: `jobs/${of.failed}`, sign: 'Audit trail' },
    { name: 'support-unknown', face: 'support', place: `jobs/${of.doubtful}`, sign: 'Audit trail' },
    { name: 'support-batch', face: 'support', place: `jobs/${of.batch}`, sign: 'Audit trail' },
    { name: 'support-refunded', face: 'support', place: `jobs/${of.several}`, sign: 'Audit trail' },
    {
      name: 'support-frozen',
      face: 'support',
      place: `accounts/${of.frozen}`,
      sign: 'A charge was disputed',
    },
    {
      name: 'support-long-review',
      face: 'support',
      place: `reviews/${of.longReviewId}`,
      sign: 'Reports of this account',
    },
    {
      name: 'support-no-reviews',
      face: 'support',
      place: 'reviews',
      sign: 'No report waits',
      before: async (page) => {
        const nothing = { data: [], next_cursor: null };
        await page.route('**/v1/reviews?*', (route) => route.fulfill({ json: nothing }));
      },
    },
    {
      name: 'support-recent',
      face: 'support',
      place: `jobs/${of.failed}`,
      sign: 'Audit trail',
      prepare: async (page) => {
        await page.keyboard.press('/');
        await page.getByText('Recent').waitFor();
      },
    },
    {
      name: 'support-old-month',
      face: 'support',
      place: 'ledger',
      sign: 'All sources',
      prepare: async (page) => {
        await page.getByLabel('Month').selectOption({ index: 11 });
        await page.getByText('There were no credits in this month').waitFor();
      },
    },
  ];
}

/** Support's dialogs: what would be done, what would be refused, and what was done. */
function dialogsOf(of: FilledPictures): readonly Picture[] {
  const account = { face: 'support', place: `accounts/${of.account}`, sign: 'Entries' } as const;
  return [
    {
      name: 'portal-cancel',
      face: 'portal',
      place: `jobs/${of.running}`,
      sign: 'What happened',
      prepare: opened('Cancel job', 'reserved for it'),
    },
    {
      name: 'support-refused',
      face: 'support',
      place: `jobs/${of.delivered}`,
      sign: 'Audit trail',
      prepare: async (page) => {
        await opened('Refund', 'returns')(page);
        await page.getByLabel('Credits').fill('99');
        await page.getByText('This would be refused').waitFor();
      },
    },
    {
      name: 'support-extend',
      face: 'support',
      place: `jobs/${of.running}`,
      sign: 'Audit trail',
      prepare: opened('Extend', 'lets 1 output run'),
    },
    {
      name: 'support-resolve',
      face: 'support',
      place: `jobs/${of.doubtful}`,
      sign: 'Audit trail',
      prepare: opened('Resolve', 'counts attempt 1'),
    },
    {
      name: 'support-done',
      face: 'support',
      place: `accounts/${of.acted}`,
      sign: 'Entries',
      prepare: async (page) => {
        await opened('Grant goodwill', 'Reason')(page);
        await page.getByLabel('Credits').fill('250');
        await page.getByText('adds 250 credits').waitFor();
        await page.getByRole('button', { name: 'Grant', exact: true }).click();
        await page.getByText('Say why.').waitFor();
        await page.getByLabel('Reason').fill('The oven was cold');
        await page.getByRole('button', { name: 'Grant', exact: true }).click();
        await page.getByText('250 credits were granted').waitFor();
      },
    },
    { ...account, name: 'support-grant', prepare: opened('Grant goodwill', 'Reason') },
    { ...account, name: 'support-void', prepare: opened('Void the Plan grant', 'takes back') },
    { ...account, name: 'support-freeze', prepare: opened('Freeze', 'refuses new spending') },
    { ...account, name: 'support-prices', prepare: opened('Set price list', 'changes nothing') },
    { ...account, name: 'support-cap', prepare: opened('Set a cap', 'Credits per period') },
    { ...account, name: 'support-revoke', prepare: opened('Revoke the key Shop backend', 'refuses every') },
    {
      ...account,
      name: 'support-resend',
      prepare: async (page) => {
        await page.getByText('hooks.tidewell.example').first().click();
        await opened('Send job.failed again', 'sends job.failed')(page);
      },
    },
  ];
}

/** Pages that wait for what they read, and pages that were refused it. */
function statesOf(of: FilledPictures): readonly Picture[] {
  const pages = [
    { name: 'portal-credits', face: 'portal', place: 'credits' },
    { name: 'portal-jobs', face: 'portal', place: 'jobs' },
    { name: 'portal-job', face: 'portal', place: `jobs/${of.delivered}` },
    { name: 'support-now', face: 'support', place: 'now' },
    { name: 'support-job', face: 'support', place: `jobs/${of.delivered}` },
    { name: 'support-account', face: 'support', place: `accounts/${of.account}` },
    { name: 'support-find', face: 'support', place: `find?q=${of.account}` },
    { name: 'support-review', face: 'support', place: `reviews/${of.reviewId}` },
    { name: 'support-ledger', face: 'support', place: 'ledger' },
    { name: 'support-models', face: 'support', place: 'models' },
  ] as const;
  return pages.flatMap((page): readonly Picture[] => [
    {
      ...page,
      name: `${page.name}-waits`,
      sign: page.face === 'portal' ? 'Create' : 'Find',
      before: holdCalls,
      isWaiting: true,
    },
    { ...page, name: `${page.name}-refused`, sign: 'It is not your fault', before: refuseCalls },
  ]);
}
