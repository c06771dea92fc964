const PAGE = 'a page for people, or for the deployment’s own tools';

/** Calls that neither the client nor the command line has, and why. */
export const CALLS_WITHOUT_CLIENT = {
  readFront: PAGE,
  readOpenApi: PAGE,
  readDocs: PAGE,
  readDocsFile: PAGE,
  readPortal: PAGE,
  readPortalFile: PAGE,
  readConsole: PAGE,
  readConsoleFile: PAGE,
  readPage: PAGE,
  readHealth: PAGE,
  readReadiness: PAGE,
  readMetrics: PAGE,
  readProblemPage: PAGE,
  receiveProviderWebhook: 'for model services',
} as const;
