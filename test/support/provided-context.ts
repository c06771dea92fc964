/** What the global set-ups hand to test files (`inject` of vitest). */
declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of the run's PostgreSQL, at its maintenance database. */
    databaseOwnerUrl: string;
    /** host:port of the run's Temporal dev server; its namespace is "default". */
    temporalAddress: string;
    /** What the Dockerfile makes: the built context, and the folder of the image with production dependencies only. */
    packedCopy: { readonly context: string; readonly app: string };
  }
}

export {};
