import { z } from 'zod';

/** What vitest's JSON reporter writes, of which this is read. */
const RESULTS = z.object({
  testResults: z.array(z.object({ name: z.string(), status: z.enum(['passed', 'failed']) })),
});
/** More than these is no accident of a busy machine. */
const MAX_RED_FILES = 3;

/**
 * The files of a whole run that may be run again by themselves: those with a red test.
 *
 * @param json of vitest's JSON reporter
 * @throws Error where none is red, so that something else has failed, or more than three are
 */
export function failedFilesOf(json: string): readonly string[] {
  const { testResults } = RESULTS.parse(JSON.parse(json));
  const red = testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
  if (red.length === 0) throw new Error('no file is red: the run itself has failed');
  if (red.length > MAX_RED_FILES)
    throw new Error(`${String(red.length)} files are red, at most ${String(MAX_RED_FILES)} are run again`);
  return red;
}
