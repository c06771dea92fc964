import { createRequire } from 'node:module';
import path from 'node:path';
import { Client } from '@temporalio/client';

/**
 * The Temporal client belongs to another copy of @temporalio/client (or is none). Each copy recognises operations and
 * errors by marks of its own: with two, a start throws after the job has begun, and no failure is recognised.
 */
class ForeignTemporalClientError extends Error {
  readonly code = 'foreign_temporal_client';

  constructor() {
    const { version, folder } = ownCopy();
    super(
      [
        `createHoldfastClient needs a Client of its own copy of @temporalio/client, which is ${version} in ${folder}.`,
        'It was given another, and nothing was sent. Install one copy for both, then make the Client from it:',
        `  npm install @temporalio/client@${version} @temporalio/common@${version}`,
        '  npm ls @temporalio/client      (must show one version, and no copy below holdfast-temporal-client)',
      ].join('\n'),
    );
    this.name = 'ForeignTemporalClientError';
  }
}

/** Throws ForeignTemporalClientError for a client of another copy, before anything is sent. */
export function requireOwnClient(client: unknown): asserts client is Client {
  if (!(client instanceof Client)) throw new ForeignTemporalClientError();
}

function ownCopy(): { readonly version: string; readonly folder: string } {
  const require = createRequire(import.meta.url);
  const manifest = '@temporalio/client/package.json';
  const { version } = require(manifest) as { readonly version: string };
  return { version, folder: path.dirname(require.resolve(manifest)) };
}
