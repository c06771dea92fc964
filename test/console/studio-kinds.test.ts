import { describe, expect, it } from 'vitest';
import { browserFor } from '../browser/find-browser.ts';
import { withPages } from './enter-console.ts';
import type { PortalFixture } from './portal-fixture.ts';
import type { SignedIn, SupportFixture } from './support-fixture.ts';

const program = browserFor(import.meta.filename);
const VOICE = { kind: 'voice_over', script: 'The last ferry leaves at nine.', voice: 'bass' };
const CLIP = { kind: 'podcast_clip', topic: 'Why tides come twice a day.', seconds: 10 };

type Catalogue = {
  readonly kinds: readonly {
    readonly name: string;
    readonly schema: { readonly properties: object; readonly required: string[] };
  }[];
};

type Job = {
  readonly id: string;
  readonly finished_at: string;
  readonly outputs: readonly [{ readonly id: string; readonly expires_at: string }];
};

/** What a catalogue may say in a JSON Schema, beside what our own kinds say. */
const MORE_FIELDS = {
  rate: { type: 'number', minimum: 0.5, maximum: 2 },
  offset: { type: 'number' },
  loop: { type: 'boolean' },
  form: { type: 'string', const: 'v2' },
  terms: { type: 'boolean', const: true },
  level: {
    anyOf: [
      { type: 'number', const: 1 },
      { type: 'number', const: 2 },
    ],
  },
  length: { anyOf: [{ type: 'string', const: 'auto' }, { type: 'integer' }] },
  remark: { anyOf: [{ type: 'string', maxLength: 40 }, { type: 'null' }] },
  gaps: { type: 'array', items: { type: 'number' } },
  scenes: {
    type: 'array',
    maxItems: 2,
    items: {
      type: 'object',
      properties: { title: { type: 'string' }, seconds: { type: 'integer' } },
      required: ['title'],
    },
  },
  speakers: { type: 'object', additionalProperties: { type: 'string' } },
} as const;

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

  it('send each construct of JSON Schema as it is shown, and a number as it is written', async ({
    expect,
  }) => {
    const bodies: unknown[] = [];
    const open = await portal.open(account, {
      to: 'create',
      prepare: async (page) => {
        await page.route('**/v1/catalogue', async (route) => {
          const response = await route.fetch();
          const catalogue = (await response.json()) as Catalogue;
          const kind = catalogue.kinds.find(({ name }) => name === 'voice_over');
          Object.assign(kind?.schema.properties ?? {}, MORE_FIELDS);
          kind?.schema.required.push('loop', 'form');
          await route.fulfill({ response, json: catalogue });
        });
        // Our own API refuses these fields: what is sent is read here.
        await page.route('**/v1/quotes', async (route) => {
          bodies.push(route.request().postDataJSON());
          await route.fulfill({ status: 503, body: '' });
        });
      },
    });
    const { page } = open;
    const field = (label: string) => page.getByLabel(label, { exact: true });
    await page.getByRole('button', { name: 'Voice over' }).click();
    await page.getByLabel('Script').fill('Low tide');
    const asked = { kind: 'voice_over', script: 'Low tide', form: 'v2', loop: false };
    await expect.poll(() => bodies.at(-1)).toEqual(asked);
    for (const [label, text] of [
      ['Rate', '1.05'],
      ['Offset', '-0.50'],
      ['Length', '12'],
      ['Remark', 'soft'],
      ['Speakers', '{"a":"b"}'],
    ] as const) {
      await page.getByLabel(label).pressSequentially(text);
      expect(await page.getByLabel(label).inputValue()).toBe(text);
    }
    await page.getByLabel('Terms').selectOption('true');
    await page.getByLabel('Level').selectOption('2');
    await page.getByRole('group', { name: 'Gaps' }).getByRole('button', { name: 'Add' }).click();
    await page.getByRole('group', { name: 'Gaps' }).getByRole('spinbutton').pressSequentially('1.05');
    for (const [index, title] of ['Dawn', 'Dusk'].entries()) {
      await page.getByRole('button', { name: 'Add to Scenes' }).click();
      const scene = page.getByRole('group', { name: `Scenes ${String(index + 1)}` });
      await scene.getByLabel('Title').fill(title);
      await scene.getByLabel('Seconds').fill('7');
    }
    expect(await page.getByRole('button', { name: 'Add to Scenes' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Remove Scenes 1' }).click();
    await expect
      .poll(() => bodies.at(-1))
      .toEqual({
        ...asked,
        ...{ rate: 1.05, offset: -0.5, terms: true, level: 2, length: 12, remark: 'soft', gaps: [1.05] },
        ...{ scenes: [{ title: 'Dusk', seconds: 7 }], speakers: { a: 'b' } },
      });
    await field('Loop').click();
    await expect.poll(() => bodies.at(-1)).toMatchObject({ loop: true });
    expect(await portal.faultsOf(page)).toEqual([]);
    await open.close();
  });

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

  it('show support each stage of a clip, its sound, its edit and a report with the fields that support sees, and refund it', async ({
    expect,
  }) => {
    const job = await made(CLIP);
    const edit = await made({ kind: 'edit', source_output_id: job.outputs[0].id, instruction: 'Slower.' });
    const open = await support.open({}, ada);
    const { page } = open;
    await open.goTo(`jobs/${job.id}`);
    const attempts = page.getByRole('region', { name: /^Attempts of/ });
    for (const stage of ['Script 1', 'Voice 1', 'Mix 1']) await attempts.getByText(stage).waitFor();
    expect(await page.locator('dl.asked').innerText()).toMatch(/^Seconds\s+10$/);
    const reports = `/v1/outputs/${job.outputs[0].id}/reports`;
    const { body: report } = await portal.call('POST', reports, { category: 'broken' }, account);
    await open.goTo(`reviews/${String(report['id'])}`);
    await expect.poll(() => page.locator('dl.asked').innerText()).toMatch(/^Seconds\s+10$/);
    await open.goTo(`jobs/${job.id}`);
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
