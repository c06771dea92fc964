import { readFileSync } from 'node:fs';
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
import { CHECKOUT, WRITTEN_FILES } from './checkout-files.ts';

/** Where the kinds of the shipped catalogue may be named: it itself, the sandbox, and what shows or tests them. */
const KNOWS_KINDS = /^(catalogue|model-service|dev\/demo|dev\/sandbox|test|examples|docs)\//;

const SOURCES = WRITTEN_FILES.filter((file) => /\.(tsx?|sql)$/.test(file) && !KNOWS_KINDS.test(file)).map(
  (file) => ({ file, text: readFileSync(path.join(CHECKOUT, file), 'utf8') }),
);

test('no kind and no stage of the shipped catalogue is named outside it and the sandbox, and our own kinds are constants', () => {
  const kinds = SUPERSCALE.kinds.map(({ name }) => name);
  const stages = SUPERSCALE.models.flatMap(({ makes }) =>
    Object.values(makes).flatMap((making) => (making.stages ?? []).map(({ name }) => name)),
  );
  expect([...kinds, ...stages]).toEqual(
    expect.arrayContaining(['static_ad', 'video_ad', 'scenes', 'render']),
  );
  expect(new Set(SOURCES.map(({ file }) => file.split('/')[0]))).toContain('workflows');
  const quoted = (names: readonly string[]) => `(['"\`])(${[...new Set(names)].join('|')})\\1`;
  const [aKind, any] = [new RegExp(quoted(kinds)), new RegExp(quoted([...kinds, ...stages]))];
  const ownKind = /(kind\s*[=!]==?\s*|case\s+)'(edit|batch)'/;
  const found = SOURCES.flatMap(({ file, text }) => {
    // The development stack has words of its own that are those of stages: how the model service renders.
    const named = file.startsWith('dev/') ? aKind : any;
    const lines = text.split('\n').filter((line) => !/^\s*(\/?\*|\/\/|--)/.test(line));
    return lines
      .filter((line) => named.test(line) || ownKind.test(line))
      .map((line) => `${file}: ${line.trim()}`);
  });
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
  const running = SOURCES.filter(({ file }) => !/^(console|dev)\//.test(file));
  const text = running.map((source) => source.text).join('\n');
  // A property of a value, or one of the names that a value is taken apart into: not a type's own line.
  const isRead = (field: string) =>
    new RegExp(`\\.${field}\\b|[{,]\\s*${field}\\b[^:?;]*\\}\\s*[=):,]|\\['${field}'\\]`).test(text);
  // Read at the start: a price rule that reads another field, and a fallback that does not make what the model makes, are refused.
  const isChecked = (field: string) => ['priceFields', 'fallbacks'].includes(field);
  expect([...new Set(fields)].filter((field) => !isRead(field) && !isChecked(field))).toEqual([]);
});
