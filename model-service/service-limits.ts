/** The limits of the service. A third party has limits too, and a test double without any would hide our own leaks. */
export const MODEL_SERVICE_LIMITS = {
  /** Bytes of a request body: the job body's own limit (docs/http-api.md). */
  bodyBytes: 1_048_576,
  /** Jobs in status `processing` at once while rendering; the workers below take them one by one. */
  processing: 64,
  /** Jobs waiting to start. Past it a submission is answered 429. */
  queued: 10_000,
  /** Predictions remembered, ended ones included. The oldest ended one makes room; a poll for it is then a 404. */
  predictions: 40_000,
  /** References the counters remember, most recent first to stay. */
  references: 40_000,
  /** Bytes of rendered files on disk. A 60 s video in high quality is 15 MB, so this is a day's worth of trying things out. */
  fileBytes: 2 * 1024 ** 3,
  /** Bytes of one file that is handed over: a clip of 15 s in high quality is 5 MB. */
  heldFileBytes: 64 * 1024 ** 2,
  /** Bytes of all of them on disk. A client that needs a removed one uploads it again. */
  heldBytes: 1024 ** 3,
  /** The journal is rewritten from memory when it passes this. */
  journalBytes: 64 * 1024 ** 2,
  /** Rows of one list answer. */
  rows: 1_000,
} as const;
