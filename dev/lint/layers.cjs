/**
 * Who may import whom: one table, from which eslint (at the import, in the editor) and
 * dependency-cruiser (over the whole graph, with cycles and through re-exports) both take their rules.
 * `values`: anything. `types`: types only, nothing at run time. A pattern with a slash names files of a folder.
 * main.ts files compose and are exempt. What is not named here, and node_modules, see .dependency-cruiser.cjs.
 */
/** Admission and settlement move a job's credits: activities alone call them. */
const MOVES_CREDITS_OF_A_JOB = ['jobs/admission/admit-job', 'jobs/outputs/settle-outputs'];

/** Connections to addresses that strangers name: one guard for all of them, and one way to unpack what they send. */
const OUTBOUND = ['checked-lookup', 'open-outside', 'public-address', 'unpack-body'].map(
  (file) => `runtime/outbound/${file}`,
);

const LAYERS = [
  { name: 'domain', values: [], types: [] },
  { name: 'runtime', values: ['domain/parse-url', 'domain/start-fault'], types: [] },
  { name: 'contract', values: ['domain'], types: [] },
  { name: 'catalogue', values: ['domain', 'contract'], types: [] },
  { name: 'ledger', values: ['domain', 'contract'], types: [] },
  { name: 'jobs', values: ['domain', 'contract', 'ledger'], types: [] },
  { name: 'assets', values: ['domain', 'ledger'], types: ['runtime'] },
  { name: 'workflows', values: ['domain', 'contract'], types: ['activities'] },
  {
    name: 'activities',
    values: ['domain', 'contract', 'ledger', 'jobs', 'assets', 'runtime/time-limit', ...OUTBOUND],
    types: ['runtime'],
  },
  // A backend that names no catalogue has the shipped one: it composes itself, as a main.ts does.
  { name: 'client', values: ['domain', 'contract', 'catalogue'], types: ['runtime'] },
  {
    name: 'api',
    values: ['domain', 'contract', 'ledger', 'jobs', 'assets', 'client', 'runtime'],
    not: MOVES_CREDITS_OF_A_JOB,
    types: [],
  },
  // Operators' commands: over HTTP, and of the ledger and the keys what the API does not offer.
  {
    name: 'cli',
    values: ['domain', 'contract', 'ledger', 'jobs', 'runtime', 'client/http/http-client'],
    not: MOVES_CREDITS_OF_A_JOB,
    types: [],
  },
  // The pages in a browser: the client over HTTP, the shapes of the contract as types, and what of the domain is pure text.
  {
    name: 'console',
    values: [
      'domain',
      ...['api-client', 'holdfast-error', 'new-key', 'outputs'].map((file) => `client/http/${file}`),
    ],
    types: ['contract', 'client'],
  },
  // The workflows are known to a worker by their path.
  {
    name: 'worker',
    values: ['domain', 'contract', 'ledger', 'jobs', 'assets', 'activities', 'runtime'],
    types: [],
  },
];

const FOLDERS = [...LAYERS.map((layer) => layer.name), 'model-service', 'dev', 'test'];

/** A regular expression for the path, from the root, of every file that `entry` stands for. */
function pathPattern(entry) {
  return entry.includes('/') ? `^${entry}\\.ts$` : `^${entry}/`;
}

module.exports = { LAYERS, FOLDERS, pathPattern };
