import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatSql, MAX_COLUMNS, tooLongLines } from './format-sql.ts';
import { sqlFiles } from './sql-files.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Formats every file of SQL, or with --check only looks. Names what is not formatted and lines that are too long; then ends with 1. */
async function main(isCheck: boolean): Promise<void> {
  const faults: string[] = [];
  for (const file of await sqlFiles(ROOT)) {
    const sql = await readFile(path.join(ROOT, file), 'utf8');
    const formatted = formatSql(sql);
    if (formatted !== sql) {
      if (isCheck) faults.push(`${file} is not formatted: npm run format`);
      else await writeFile(path.join(ROOT, file), formatted);
    }
    faults.push(
      ...tooLongLines(formatted).map(
        (line) => `${file}:${String(line)} is longer than ${String(MAX_COLUMNS)} columns: break it by hand`,
      ),
    );
  }
  if (faults.length > 0) {
    process.stderr.write(`${faults.join('\n')}\n`);
    process.exitCode = 1;
  }
}

await main(process.argv.includes('--check'));
