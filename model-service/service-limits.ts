/** The limits of the service. Third parties have limits too, and a test double without any would hide our leaks. */
export const MODEL_SERVICE_LIMITS = {
  /** Bytes of a request body: the job body's own limit (docs/http-api.md). */
  bodyBytes: 1_048_576,
  /** Jobs in status `processing` at once while rendering. The render threads take them one by one. */
  processing: 64,
  /** Jobs that wait or run. A further submission is answered 429. */
  queued: 10_000,
  /**
   * Predictions in memory, ended ones included. Beyond it the oldest ended one is forgotten, and a poll for it is a
   * 404.
   */
  predictions: 40_000,
  /** References in the counters: the most recent ones. */
  references: 40_000,
  /** Bytes of rendered files on disk. A 60 s video in high quality has 15 MB, so this is enough for a day of trials. */
  fileBytes: 2 * 1024 ** 3,
  /** Bytes of one uploaded file. A clip of 15 s in high quality has 5 MB. */
  heldFileBytes: 64 * 1024 ** 2,
  /** Bytes of all uploaded files on disk. A client that needs a removed one uploads it again. */
  heldBytes: 1024 ** 3,
  /** The journal is rewritten from memory when it passes this. */
  journalBytes: 64 * 1024 ** 2,
  /** Rows of one list. */
  rows: 1_000,
} as const;
