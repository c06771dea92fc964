import { describe, expect, it } from 'vitest';
import { browserFor } from '../browser/find-browser.ts';
import { withPages } from './enter-console.ts';
import type { PortalFixture } from './portal-fixture.ts';
import type { SignedIn, SupportFixture } from './support-fixture.ts';

const program = browserFor(import.meta.filename);
const VOICE = { kind: 'voice_over', script: 'The last ferry leaves at nine.', voice: 'bass' };
const CLIP = { kind: 'podcast_clip', topic: 'Why tides come twice a day.', seconds: 10 };

type Job = {
  readonly id: string;
  readonly finished_at: string;
  readonly outputs: readonly [{ readonly id: string; readonly expires_at: string }];
};

/** Jobs of the voice studio (examples/catalogues), whose kinds no page of ours names. */
describe.skipIf(program === null).concurrent('the pages, with the kinds of a catalogue of one’s own', () => {
  let portal: PortalFixture;
  let support: SupportFixture;
  let ada: SignedIn;
  let account: string;

  withPages(program, async (pages) => {
    ({ portal, support } = pages);
    [account, ada] = await Promise.all([portal.openAccount('Harbour FM'), support.signIn('Ada Lovelace')]);
  });

  const made = async (body: object): Promise<Job> =>
    (await portal.untilEnded(account, await portal.submit(account, body))) as Job;

  it('show a customer until when a result is kept whose kind is not kept forever, and nothing of another', async () => {
    const [clip, voice] = await Promise.all([made(CLIP), made(VOICE)]);
    const open = await portal.open(account, { to: `jobs/${clip.id}` });
    const { page } = open;
    const bar = page.locator('.output-bar');
    await bar.getByText('kept until').waitFor();
    const expiresAt = clip.outputs[0].expires_at;
    expect(await bar.locator('time').getAttribute('datetime')).toBe(expiresAt);
    expect(Date.parse(expiresAt) - Date.parse(clip.finished_at)).toBe(90 * 24 * 3_600_000);
    await page.evaluate(`location.hash = '#/jobs/${voice.id}'`);
    await page.getByText('Delivered and charged').first().waitFor();
    await bar.getByText('audio/mp4').waitFor();
    expect(await page.getByText('kept until').count()).toBe(0);
    expect(open.complaints).toEqual([]);
    await open.close();
  });

  it('show support a failed job, its returned credits, and of its request only what the kind allows', async () => {
    const job = await made({ ...VOICE, test_scenario: 'fails_after_start' });
    const open = await support.open({}, ada);
    const { page } = open;
    await open.goTo(`jobs/${job.id}`);
    await page.getByText('No: all 30 credits have been returned.').waitFor();
    await page.getByText('At fault: provider.').waitFor();
    expect(await page.locator('dl.asked').innerText()).toMatch(/^Voice\s+bass$/);
    expect(open.complaints).toEqual([]);
    await open.close();
  });

  it('show support each stage of a clip, its sound, its edit, and refund it', async () => {
    const job = await made(CLIP);
    const edit = await made({ kind: 'edit', source_output_id: job.outputs[0].id, instruction: 'Slower.' });
    const open = await support.open({}, ada);
    const { page } = open;
    await open.goTo(`jobs/${job.id}`);
    const attempts = page.getByRole('region', { name: /^Attempts of/ });
    for (const stage of ['Script 1', 'Voice 1', 'Mix 1']) await attempts.getByText(stage).waitFor();
    expect(await page.locator('dl.asked').innerText()).toMatch(/^Seconds\s+10$/);
    await page.locator('audio[aria-label="The output"]').waitFor();
    await page.getByRole('link', { name: edit.outputs[0].id }).waitFor();
    await page.getByRole('button', { name: 'Refund' }).click();
    await page.getByRole('dialog').getByText('returns 70 credits').waitFor();
    await page.getByLabel('Reason').fill('The wrong tide');
    await page.getByRole('dialog').getByRole('button', { name: 'Refund' }).click();
    await page.getByText('Reserved 0, charged 70, returned 0, refunded 70.').waitFor();
    expect(open.complaints).toEqual([]);
    await open.close();
  });

  it('show support which output of a batch failed, and what was charged for the other', async () => {
    const failing = { ...VOICE, test_scenario: 'fails_after_start' };
    const job = await made({ kind: 'batch', items: [VOICE, failing] });
    const open = await support.open({}, ada);
    const { page } = open;
    await open.goTo(`jobs/${job.id}`);
    await page.getByText('1 of 2', { exact: true }).waitFor();
    const [delivered, failed] = [
      page.locator('.output-record').nth(0),
      page.locator('.output-record').nth(1),
    ];
    await delivered.locator('summary').getByText('Delivered').waitFor();
    await failed.locator('summary').getByText('Failed').waitFor();
    expect(await delivered.getByText('At fault').count()).toBe(0);
    await failed.getByText('At fault: provider.').waitFor();
    await open.close();
  });
});
