const { LAYERS, FOLDERS, pathPattern } = require('./dev/lint/layers.cjs');

const MAIN = '(^|/)main\\.ts$';
/** What runs in production from node_modules; the console is bundled with what it needs. */
const PRODUCT = `^(${LAYERS.map((layer) => layer.name)
  .filter((name) => name !== 'console')
  .join('|')})/`;

/** For each layer: no import of another folder's file, save what the table allows; type-only ones are looser. */
const layerRules = LAYERS.flatMap((layer) => {
  const own = `^${layer.name}/`;
  const others = FOLDERS.filter((folder) => folder !== layer.name).map((folder) => `^${folder}/`);
  const values = layer.values.map(pathPattern);
  const types = layer.types.map(pathPattern);
  const rules = [
    {
      name: `${layer.name}-values`,
      severity: 'error',
      from: { path: own, pathNot: MAIN },
      to: { path: others, pathNot: values, dependencyTypesNot: ['type-only'] },
    },
    {
      name: `${layer.name}-types`,
      severity: 'error',
      from: { path: own, pathNot: MAIN },
      to: { path: others, pathNot: [...values, ...types], dependencyTypes: ['type-only'] },
    },
  ];
  if (layer.not !== undefined) {
    rules.push({
      name: `${layer.name}-not`,
      severity: 'error',
      from: { path: own },
      to: { path: layer.not.map(pathPattern) },
    });
  }
  return rules;
});

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'no-cycles',
      comment: 'By type too: two files that name each other are one concept in two places.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'domain-is-pure',
      comment: 'No I/O, no clock, no library.',
      severity: 'error',
      from: { path: '^domain/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'] },
    },
    {
      name: 'workflows-run-in-a-sandbox',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: ['node_modules/@temporalio/(workflow|common)/'],
      },
    },
    {
      name: 'workers-know-workflows-by-path',
      severity: 'error',
      from: { path: '^worker/' },
      to: { path: '^workflows/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'model-service-stands-alone',
      comment: 'It stands for a third party: known by its address, and imported by tests only.',
      severity: 'error',
      from: { pathNot: ['^model-service/', '^test/'] },
      to: { path: '^model-service/' },
    },
    {
      name: 'model-service-knows-only-the-domain',
      severity: 'error',
      from: { path: '^model-service/' },
      to: {
        path: '\\.ts$',
        pathNot: [
          '^model-service/',
          '^domain/',
          '^runtime/(time-limit|show-start-faults)\\.ts$',
          'node_modules/',
        ],
      },
    },
    {
      name: 'http-client-stands-alone',
      comment: 'A package without a dependency: of the contract it has the types.',
      severity: 'error',
      from: { path: '^client/http/' },
      to: { dependencyTypesNot: ['type-only', 'core'], pathNot: '^client/http/' },
    },
    {
      name: 'pages-run-in-a-browser',
      comment: 'Nothing of Node, and no library that decisions/dependencies.md does not name for the pages.',
      severity: 'error',
      from: {
        path: '^(console/|client/http/)',
        // What the package has beside what browsers run.
        pathNot: '^client/http/(http-client|file-outputs|signed-webhook)\\.ts$',
      },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/(preact|uplot)/',
      },
    },
    {
      name: 'product-without-dev-dependencies',
      severity: 'error',
      from: { path: PRODUCT },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'unknown'] },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'main-is-not-imported',
      severity: 'error',
      from: {},
      to: { path: MAIN },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // test/outside: programs of a project that is made elsewhere, with packages of its own.
    exclude: { path: '^(dist|out|\\.holdfast)/|^test/outside/.*\\.mjs$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
