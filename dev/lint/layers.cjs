/**
 * Who may import whom (design.md, "Layout"): one table, from which eslint (at the import, in the editor) and
 * dependency-cruiser (over the whole graph, with cycles and through re-exports) both take their rules.
 * `values`: anything. `types`: types only, nothing at run time. A pattern with a slash names files of a folder.
 * main.ts files compose and are exempt. What is not named here, and node_modules, see .dependency-cruiser.cjs.
 */
const LAYERS = [
  { name: 'domain', values: [], types: [] },
  { name: 'runtime', values: [], types: [] },
  { name: 'ledger', values: ['domain'], types: [] },
  { name: 'jobs', values: ['domain', 'ledger'], types: [] },
  { name: 'workflows', values: ['domain'], types: ['activities'] },
  {
    name: 'activities',
    values: ['domain', 'ledger', 'jobs', 'workflows/messages', 'runtime/time-limit'],
    types: ['runtime'],
  },
  {
    name: 'client',
    values: [
      'domain',
      'workflows/messages',
      'jobs/parse-job-request',
      'jobs/fingerprint-request',
      'jobs/idempotency-key',
    ],
    types: ['workflows', 'runtime'],
  },
  // reserve, commit and release move a job's credits and are called from activities only.
  {
    name: 'api',
    values: ['domain', 'ledger', 'jobs', 'client', 'workflows/messages', 'runtime'],
    not: ['ledger/reserve', 'ledger/commit', 'ledger/release', 'ledger/settle'],
    types: [],
  },
  // Operators' commands: over HTTP, and of the ledger and the keys what the API does not offer.
  {
    name: 'cli',
    values: ['domain', 'ledger', 'jobs', 'runtime'],
    not: ['ledger/reserve', 'ledger/commit', 'ledger/release', 'ledger/settle'],
    types: [],
  },
  // The workflows are known to a worker by their path.
  {
    name: 'worker',
    values: ['domain', 'ledger', 'jobs', 'activities', 'runtime', 'workflows/messages'],
    types: [],
  },
];

const FOLDERS = [...LAYERS.map((layer) => layer.name), 'dev', 'test'];

/** A regular expression for the path, from the root, of every file that `entry` stands for. */
function pathPattern(entry) {
  return entry.includes('/') ? `^${entry}\\.ts$` : `^${entry}/`;
}

module.exports = { LAYERS, FOLDERS, pathPattern };
