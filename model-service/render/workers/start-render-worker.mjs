import { register } from 'tsx/esm/api';

// A worker thread does not get tsx from its parent (`--import tsx` does nothing there on Node 20), so it asks for it
// itself before the first line of TypeScript.
register();
await import('./render-worker.ts');
