import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  grantsDefinition,
  kindDefinition,
  meterDefinition,
  modelDefinition,
  packDefinition,
  planDefinition,
  priceListDefinition,
} from '../../catalogue/catalogue-definition.ts';
import { SUPERSCALE } from '../harness/superscale.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
/** The folders that run in production, without the catalogue and the sandbox, which may know the shipped kinds. */
const FOLDERS = [
  'activities',
  'api',
  'assets',
  'cli',
  'client',
  'contract',
  'domain',
  'jobs',
  'ledger',
  'runtime',
  'worker',
  'workflows',
];

const SOURCES = FOLDERS.flatMap((folder) =>
  readdirSync(path.join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|sql)$/.test(name))
    .map((name) => ({
      file: path.join(folder, name),
      text: readFileSync(path.join(CHECKOUT, folder, name), 'utf8'),
    })),
);

test('no kind and no stage of the shipped catalogue is named outside it and the sandbox', () => {
  const stages = SUPERSCALE.models.flatMap(({ makes }) =>
    Object.values(makes).flatMap((making) => (making.stages ?? []).map(({ name }) => name)),
  );
  const names = [...SUPERSCALE.kinds.map(({ name }) => name), ...stages];
  expect(names).toEqual(expect.arrayContaining(['static_ad', 'video_ad', 'scenes', 'render']));
  const named = new RegExp(`'(${[...new Set(names)].join('|')})'`);
  const found = SOURCES.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line) => (named.test(line) ? [`${file}: ${line.trim()}`] : [])),
  );
  // The one stage of what is made in one call, of whichever kind.
  expect(found).toEqual(["domain/work/stages.ts: export const ONLY_STAGE: StageName = 'render';"]);
});

/** The names of all fields of a schema, those of objects inside it too. */
function fieldsOf(schema: unknown): readonly string[] {
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([name, field]) => [name, ...fieldsOf(field)]);
  if (schema instanceof z.ZodArray) return fieldsOf(schema.element);
  if (schema instanceof z.ZodRecord) return fieldsOf(schema.valueType);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return fieldsOf(schema.unwrap());
  return [];
}

test('every field that a catalogue may have is read by something', () => {
  const fields = [
    kindDefinition,
    modelDefinition,
    priceListDefinition,
    planDefinition,
    packDefinition,
    meterDefinition,
    grantsDefinition,
  ].flatMap(fieldsOf);
  expect(fields).toEqual(
    expect.arrayContaining(['supportFields', 'share', 'startDeadlineSeconds', 'lowBalanceAt']),
  );
  const text = SOURCES.map((source) => source.text).join('\n');
  // A property of a value, or one of the names that a value is taken apart into: not a type's own line.
  const isRead = (field: string) =>
    new RegExp(`\\.${field}\\b|[{,]\\s*${field}\\b[^:?;]*\\}\\s*[=):,]|\\['${field}'\\]`).test(text);
  // Read at the start: a price rule that reads another field, and a fallback that does not make what the model makes, are refused.
  const isChecked = (field: string) => ['priceFields', 'fallbacks'].includes(field);
  expect([...new Set(fields)].filter((field) => !isRead(field) && !isChecked(field))).toEqual([]);
});
