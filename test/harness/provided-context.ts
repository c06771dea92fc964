import type { PackedCopy } from './packed-copy.ts';

/** What the global set-ups hand to test files (`inject` of vitest). */
declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of the run's PostgreSQL, at its maintenance database. */
    databaseOwnerUrl: string;
    /** host:port of the run's Temporal dev server; its namespace is "default". */
    temporalAddress: string;
    /** Where the image's content is being made (packed-copy.ts). */
    packedCopy: PackedCopy;
  }
}
