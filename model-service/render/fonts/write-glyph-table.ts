import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeGlyphTable } from './glyph-table.ts';

/**
 * Writes domain/texts/sandbox-glyphs.ts, after a change of the fonts:
 * `npx tsx model-service/render/fonts/write-glyph-table.ts`. A test compares the file with the fonts.
 */

const LINE = 105;
const FILE = path.join(import.meta.dirname, '../../../domain/texts/sandbox-glyphs.ts');

const lines = makeGlyphTable().match(new RegExp(`.{1,${String(LINE)}}(?: |$)`, 'g')) ?? [];
const text = lines.map((line) => `  '${line}',`).join('\n');
writeFileSync(
  FILE,
  `/**
 * The code points that the sandbox model has a glyph for. Made by model-service/render/fonts/write-glyph-table.ts from its fonts: runs in base 36,
 * each the gap since the last run and, after a colon, how many more. Read by sandbox-text.ts.
 */
export const SANDBOX_GLYPHS: string = [
${text}
].join('');
`,
);
