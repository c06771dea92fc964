import { describe, expect, test } from 'vitest';
import { estimate } from '../../../domain/prices/estimate.ts';
import {
  expiredGrantPolicyOf,
  FAILURE_CODES,
  failureOf,
  faultsOf,
  RETURN_GRANT_LIFETIME_HOURS,
} from '../../../domain/work/failures.ts';
import { PRIORITY_OF_SOURCE } from '../../../domain/credits/grant-rules.ts';
import { VIDEO_DURATIONS_SECONDS, VIDEO_QUALITIES } from '../../../catalogue/superscale/superscale-kinds.ts';
import { OLDEST_PERIOD_MONTHS } from '../../../domain/credits/plans.ts';
import { QUOTE_LIFETIME_SECONDS } from '../../../domain/prices/quote.ts';
import { SETTINGS } from '../../../runtime/settings/settings.ts';
import { falsify, findLies, parseExampleLine } from './credits-page/example-line.ts';
import { quoteLine } from './credits-page/quote-line.ts';
import { parseFigure, readPage, toFigure } from './credits-page/read-page.ts';
import { runExample } from './credits-page/run-example.ts';
import { SUPERSCALE, SUPERSCALE_PRICING } from '../../harness/superscale.ts';
import { priceByRule } from '../../../domain/prices/price-list.ts';

const { plans, packs, grants } = SUPERSCALE;

/** Everything docs/credits.md says is done or compared: examples by the real ledger, tables with domain. */

const DAY_SECONDS = 24 * 3_600;
const page = readPage();

describe('an example of the page', () => {
  test.each(page.examples.map(({ title, lines }, index) => [`${String(index + 1)}, ${title}`, lines]))(
    '(%s) is what the ledger does, line by line, and would be wrong with any other figure',
    async (_, text) => {
      const lines = text.map(parseExampleLine);
      const observations = await runExample(lines);
      for (const [n, observed] of observations.entries()) {
        const expected = lines[n]?.expected ?? '';
        expect(
          findLies(expected, observed),
          `${String(text[n])}\nIn truth: ${JSON.stringify(observed)}`,
        ).toEqual([]);
        for (const lie of falsify(expected)) expect(findLies(lie, observed), lie).not.toEqual([]);
      }
    },
  );

  test('stands under every rule', () => {
    const rules = [
      'Top-up packs',
      'What is spent first',
      'A job and its credits',
      'Expiry',
      'Plans',
      'Renewal',
    ];
    const more = [
      'Upgrade, downgrade, cancel',
      'Referrals',
      'When credits come back',
      'Refunds',
      'Charge-backs',
    ];
    const titles = page.examples.map((example) => example.title);
    for (const rule of [...rules, ...more, 'Limits', 'Low balance', 'Where credits come from'])
      expect(titles).toContain(rule);
  });

  test('cannot say what no test checks', () => {
    const observed = { available: 1, reserved: 0, spent: 0, expired: 0, voided: 0 };
    const rest = { grants: [], refusal: 'over the cap', hasNotice: false, notRecovered: 0 };
    expect(() => findLies('1 apple', { ...observed, ...rest })).toThrow('not a fact');
    expect(() => parseExampleLine('tomorrow  look → 1 available')).toThrow('not a line');
    expect(findLies('1 available', { ...observed, ...rest })).toEqual(['was refused: over the cap']);
  });
});

test.each(page.quotes)('the quote "%s" is what it costs', (line) => {
  const { said, cost } = quoteLine(line);
  expect(said).toBe(cost);
});

describe('a table of the page is what the code says', () => {
  const table = (heading: string) => page.tableUnder(heading);

  test('prices', () => {
    const priceOf = (kind: string, fields: object = {}) => {
      const rule = SUPERSCALE_PRICING.priceList.prices[kind];
      if (rule === undefined) throw new RangeError(`no price for ${kind}`);
      return priceByRule(rule, { ...fields }).credits;
    };
    const [staticAd, chatMessage] = [priceOf('static_ad'), priceOf('chat_message')];
    expect(table('Prices').map(([, credits]) => credits)).toEqual(
      [staticAd, staticAd, chatMessage].map(toFigure),
    );
    expect(table('Videos')).toEqual(
      VIDEO_DURATIONS_SECONDS.map((seconds) => [
        `${String(seconds)} s`,
        ...VIDEO_QUALITIES.map((quality) =>
          toFigure(priceOf('video_ad', { duration_seconds: seconds, quality })),
        ),
      ]),
    );
  });

  test('what credits buy: sign-up, trial and every plan', () => {
    const balances = [grants.signUp.credits, grants.trial.credits, ...plans.map(({ credits }) => credits)];
    const rows = table('What credits buy').map(([, ...figures]) => figures.map(parseFigure));
    expect(rows).toEqual(
      balances.map((credits) => {
        const buys = estimate(credits, SUPERSCALE_PRICING.priceList);
        return [credits, buys['statics'], buys['videos']];
      }),
    );
  });

  test('plans and packs', () => {
    expect(table('Plans').map(([plan, credits]) => [plan?.toLowerCase(), credits])).toEqual(
      plans.map(({ name, credits }) => [name, toFigure(credits)]),
    );
    expect(table('Top-up packs')).toEqual(
      packs.map((pack) => [pack.name, toFigure(pack.credits), `${String(pack.lifetimeMonths)} months`]),
    );
  });

  test('where credits come from, how long they live, and their turn', () => {
    const trialDays = grants.trial.lifetimeSeconds / DAY_SECONDS;
    const returned = `${String(RETURN_GRANT_LIFETIME_HOURS)} hours, or to the end of the billing period if that is later`;
    const rows = [
      ['plan', 'by plan', 'the billing period'],
      ['sign-up', toFigure(grants.signUp.credits), 'without end'],
      ['trial', toFigure(grants.trial.credits), `${String(trialDays)} days`],
      ['referral', toFigure(grants.referral.credits), `${String(grants.referral.lifetimeMonths)} months`],
      ['return', 'what came back', returned],
      ['goodwill', 'as decided', `${String(grants.goodwill.lifetimeSeconds / DAY_SECONDS)} days`],
      ['top-up', 'by pack', 'by pack'],
    ];
    expect(table('Where credits come from').map((row) => row.slice(0, 3))).toEqual(rows);
    const turns = Object.fromEntries(
      table('Where credits come from').map((row) => [row[0]?.replace('-', '_'), Number(row[3])]),
    );
    expect(turns).toEqual(PRIORITY_OF_SOURCE);
  });

  test('every way to end without a result, whose doing it is, and what becomes of credits whose grant has ended', () => {
    const rows = table('When credits come back').map(([what = '', ...row]) => [what.split('`')[1], ...row]);
    const endingOf = { expire: 'expires', return_grant: 'return grant' };
    expect(rows).toEqual(
      FAILURE_CODES.flatMap((code) =>
        faultsOf(code).map((fault) => [code, fault, endingOf[expiredGrantPolicyOf(failureOf(code, fault))]]),
      ),
    );
  });

  test('the other figures', () => {
    expect(table('Other figures').map(([, figure]) => figure)).toEqual([
      `${String(QUOTE_LIFETIME_SECONDS / 60)} minutes`,
      `${String(SETTINGS.CREDIT_MAINTENANCE_INTERVAL_SECONDS.schema.parse(undefined))} seconds`,
      `${String(grants.topUp.lifetimeMonths)} months`,
      `${String(OLDEST_PERIOD_MONTHS)} months ago`,
      `${toFigure(grants.lowBalanceAt)} credits`,
      `${toFigure(grants.lowBalanceAt)} credits`,
    ]);
  });
});

test('a figure stands nowhere on the page but where it is checked', () => {
  // The names of commands and files have none either.
  expect(page.prose).not.toMatch(/\d/);
});
