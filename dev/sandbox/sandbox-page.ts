import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { buildSandbox } from '../build-console.mjs';

/** The headers that the API sends with support's pages: everything from this origin, nothing inline, in no frame. */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

const BUILT = z.object({
  html: z.object({ sandbox: z.string() }),
  files: z.array(z.object({ name: z.string(), type: z.string(), text: z.string() })),
});

export type SandboxPage = {
  readonly html: string;
  readonly files: ReadonlyMap<string, { readonly type: string; readonly gzip: Buffer }>;
};

/**
 * Returns a function that builds the page from the current sources, once. The first call builds it: most stacks never
 * show the page.
 */
export function lazySandboxPage(): () => Promise<SandboxPage> {
  let page: Promise<SandboxPage> | null = null;
  return () => (page ??= build());
}

async function build(): Promise<SandboxPage> {
  const { html, files } = BUILT.parse(JSON.parse(await buildSandbox()));
  const byName = files.map(({ name, type, text }) => [name, { type, gzip: gzipSync(text) }] as const);
  return { html: html.sandbox, files: new Map(byName) };
}
