import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import type { JobBody } from '../../client/http/http-client.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';

/** Reads a job body from a file, or stdin (`-`). The API checks it; CommandError when it is not JSON. */
export async function readJobBody(file: string): Promise<JobBody> {
  const name = file === '-' ? 'stdin' : file;
  let json: string;
  try {
    json = file === '-' ? await textOf(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `${name} cannot be read: ${why}. Name a file with a job body, or - for stdin.`,
      EXIT_CODE.failed,
    );
  }
  try {
    return JSON.parse(json) as JobBody;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${name} is not JSON: ${why}`, EXIT_CODE.failed);
  }
}
