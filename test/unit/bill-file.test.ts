import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBillFile } from '../../cli/input/bill-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'bill-'));
});
afterAll(() => rm(folder, { recursive: true }));

const read = async (name: string, content: string | Uint8Array) => {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return readBillFile(file);
};
const LINES = [
  { line: 'l1', id: 'run_1', cost: '0.0400' },
  { line: 'l2', id: 'att_x', cost: '0' },
];

describe('a bill', () => {
  it.each([
    ['plain CSV', 'bill.csv', 'line,id,cost\nl1,run_1,0.0400\nl2,att_x,0\n'],
    [
      'CSV of a spreadsheet',
      'bill.csv',
      '\uFEFF"Cost","Line","ID","Note","Currency"\r\n"0.0400","l1","run_1","a, ""b""\r\nc","USD"\r\n0,l2,att_x,,\r\n\r\n',
    ],
    ['JSON', 'bill.json', JSON.stringify(LINES)],
    [
      'JSON with its currency',
      'bill.JSON',
      JSON.stringify(LINES.map((line) => ({ ...line, currency: 'USD' }))),
    ],
  ])('is read as %s', async (_what, name, content) => {
    expect(await read(name, content)).toEqual(LINES);
  });

  it('of fal is read from its billing events, in billionths of a dollar', async () => {
    const event = (request: string, nanos: number) => ({
      ...{ request_id: request, endpoint_id: 'fal-ai/flux/dev', timestamp: '2026-05-15T10:30:45Z' },
      ...{ output_units: 1.5, unit_price: 0.001, percent_discount: null, cost_estimate_nano_usd: nanos },
    });
    const page = {
      billing_events: [event('abc', 1_500_000), event('def', 0)],
      next_cursor: null,
      has_more: false,
    };
    const expected = [
      { line: 'abc@2026-05-15T10:30:45Z', id: 'abc', cost: '0.001500000' },
      { line: 'def@2026-05-15T10:30:45Z', id: 'def', cost: '0.000000000' },
    ];
    expect(await read('fal.json', JSON.stringify(page))).toEqual(expected);
    expect(await read('fal.json', JSON.stringify([page]))).toEqual(expected);
  });
});

describe('nothing of a bill is imported', () => {
  it.each([
    ['without a column that is needed', 'b.csv', 'line,cost\nl1,1\n', /its first line names .* lacks id/],
    ['with a column twice', 'b.csv', 'line,id,cost,cost\nl1,r,1,2\n', /names cost twice/],
    ['that has no lines', 'b.csv', 'line,id,cost\n', /it has no lines/],
    ['that is empty', 'b.csv', '', /it has no lines/],
    ['that breaks off in a quote', 'b.csv', 'line,id,cost\n"l1,r,1\n', /Quote Not Closed/],
    ['with a row that is too short', 'b.csv', 'line,id,cost\nl1,r\n', /Record Length/],
    [
      'with a cost that is none',
      'b.csv',
      'line,id,cost\nl1,r,1\nl2,r,$1.00\n',
      /line 3: cost is not an amount/,
    ],
    ['with a cost below nothing', 'b.csv', 'line,id,cost\nl1,r,-1\n', /cost is not an amount/],
    ['with a cost as a power', 'b.csv', 'line,id,cost\nl1,r,1e9\n', /cost is not an amount/],
    ['with a cost as a number', 'b.json', '[{"line":"a","id":"b","cost":0.1}]', /entry 1: cost/],
    ['in another currency', 'b.csv', 'line,id,cost,currency\nl1,r,1,EUR\n', /currency is not USD/],
    [
      'that names a line twice',
      'b.csv',
      'line,id,cost\nl1,r,1\nl1,s,2\n',
      /line 3: there is another line l1/,
    ],
    ['with an id that is none', 'b.json', '[{"line":"a","id":"b\\u0000","cost":"1"}]', /id is not a word/],
    [
      'with more than is known of a line',
      'b.json',
      '[{"line":"a","id":"b","cost":"1","x":1}]',
      /entry 1: .*x/,
    ],
    ['that is no JSON', 'b.json', '[', /it is not JSON/],
    ['that is a page', 'b.json', '{"error":"no"}', /entry 1/],
    ['that is not UTF-8', 'b.csv', new Uint8Array([0xff, 0xfe, 0]), /not UTF-8/],
  ])('%s', async (_what, name, content, message) => {
    await expect(read(name, content)).rejects.toThrow(message);
    await expect(read(name, content)).rejects.toThrow(/nothing was imported/);
  });

  it('whose file is not there', async () => {
    await expect(readBillFile(path.join(folder, 'none.csv'))).rejects.toThrow(/ENOENT/);
  });

  it('that has more lines than a transaction takes', async () => {
    const rows = Array.from({ length: 100_001 }, (_, n) => `l${String(n)},r,1`).join('\n');
    await expect(read('long.csv', `line,id,cost\n${rows}`)).rejects.toThrow(/more than 100,000 lines/);
  });
});
