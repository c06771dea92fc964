import { readFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const CHECKOUT = path.join(import.meta.dirname, '..', '..', '..', '..');

/** How often each function was called, by the address of its script and its place in it. */
type Calls = ReadonlyMap<string, ReadonlyMap<number, { readonly name: string; readonly count: number }>>;

type CallRecorder = {
  /** The functions that were called since the last time, as V8 counts them. A file that is only imported was not called. */
  take(): Promise<Calls>;
  close(): void;
};

/** Records the calls of this process, in every context of it: workflows too, where the worker runs them in this thread. */
export async function createCallRecorder(): Promise<CallRecorder> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  return {
    async take() {
      const { result } = await session.post('Profiler.takePreciseCoverage');
      return new Map(
        result.map(({ url, functions }) => [
          url,
          new Map(
            functions.flatMap(({ functionName: name, ranges: [range] }) =>
              range ? [[range.startOffset, { name, count: range.count }] as const] : [],
            ),
          ),
        ]),
      );
    },
    close: () => {
      session.disconnect();
    },
  };
}

/** The files of the checkout that something was called of, or read from (what a module exports is behind a getter). */
export function filesOf(calls: Calls): readonly string[] {
  const called = [...calls].filter(([, functions]) => [...functions.values()].some(({ count }) => count > 0));
  return ownFiles(called.flatMap(([url]) => (url.startsWith('file:') ? fileURLToPath(url) : [])));
}

/** How often a function of a file was called. */
export function callsOf(calls: Calls, file: string, functionName: string): number {
  const functions = calls.get(pathToFileURL(path.join(CHECKOUT, file)).href)?.values() ?? [];
  return [...functions].find(({ name }) => name === functionName)?.count ?? 0;
}

/**
 * The files of a workflow bundle. Each workflow loads the whole bundle first: what loading calls does not count.
 * @param loading the calls of a workflow that does nothing.
 */
export async function workflowFilesOf(
  bundleFile: string,
  calls: Calls,
  loading: Calls,
): Promise<readonly string[]> {
  const code = await readFile(bundleFile, 'utf8');
  const modules = [...code.matchAll(/^\/\*{3}\/ "\.\/([^"]+)"$/gm)].reverse();
  const functionsOf = (some: Calls) =>
    [...some].find(([url]) => url.endsWith(path.basename(bundleFile)))?.[1];
  const atLoading = functionsOf(loading);
  const called = [...(functionsOf(calls) ?? [])].filter(
    ([offset, { count }]) => count > (atLoading?.get(offset)?.count ?? 0),
  );
  const moduleOf = (offset: number) => modules.find(({ index }) => index <= offset)?.[1] ?? 'node_modules/';
  return ownFiles(called.map(([offset]) => path.join(CHECKOUT, moduleOf(offset))));
}

function ownFiles(files: readonly string[]): readonly string[] {
  const own = files.map((file) => path.relative(CHECKOUT, file));
  return [...new Set(own)].filter((file) => !/^(node_modules|test|\.\.)(\/|$)/.test(file)).toSorted();
}
