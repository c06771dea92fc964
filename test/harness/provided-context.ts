import type { ImageContent } from './image-content.ts';

/** What the global set-ups hand to test files (`inject` of vitest). */
declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of the run's PostgreSQL, at its maintenance database. */
    databaseOwnerUrl: string;
    /** host:port of the run's Temporal dev server; its namespace is "default". */
    temporalAddress: string;
    /** Where the image's content is being made (image-content.ts). */
    imageContent: ImageContent;
    /** The file where the tests of the API record which responses they received (record-response.ts). */
    receivedResponses: string;
    /** The program of an S3 server (test/s3-server); null where there is no Go to build it with. */
    s3Program: string | null;
    /** Where the console's tests lease their stack and browser (leased-service.ts). */
    consoleLeases: string;
    /** Where tests lease the stack without settings of its own that they share (test/integration/shared-stack.ts). */
    stackLeases: string;
  }
}
