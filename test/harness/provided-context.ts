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
    /** Where the tests of the API put on record which responses they have received (answered-statuses.ts). */
    answeredFile: string;
    /** The program of an S3 server (test/s3-server); null where there is no Go to build it with. */
    s3Program: string | null;
    /** Where the console's tests ask for their stack and browser (part-door.ts). */
    consoleDoor: string;
    /** Where tests ask for the stack with no settings of its own that they share (test/integration/running-stack.ts). */
    stackDoor: string;
  }
}
