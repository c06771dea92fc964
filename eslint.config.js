import tseslint from 'typescript-eslint';
import { importRulesOf } from './dev/lint/import-rules.js';
import layers from './dev/lint/layers.cjs';

/** Files that may read the environment: the schema of the processes, and what runs beside them. */
const READS_ENVIRONMENT = [
  'runtime/settings/config.ts',
  'dev/dev-config.ts',
  'dev/set-up.mjs',
  'model-service/main.ts',
  'test/harness/property-seed.ts',
  'test/outside/other-nodes.ts',
  'examples/client/with-client.ts',
];

/** On Node 20 a timeout inside AbortSignal.any is garbage-collected, and never fires. */
const NO_COMBINED_SIGNALS = {
  object: 'AbortSignal',
  property: 'any',
  message: 'Combine a signal with a time limit by withTimeLimit (runtime/time-limit.ts).',
};
const NO_CAN_PARSE = {
  object: 'URL',
  property: 'canParse',
  message:
    'On Node 20 and 22 it refuses letters such as ü once it is compiled: use domain/parse-url.ts, or new URL in a try.',
};
const NO_PROCESS_ENV = {
  object: 'process',
  property: 'env',
  message: 'Read settings in runtime/settings/config.ts (dev: dev/dev-config.ts).',
};
const NO_DEFAULT_EXPORT = [
  'error',
  {
    restrictDefaultExports: {
      direct: true,
      named: true,
      defaultFrom: true,
      namedFrom: true,
      namespaceFrom: true,
    },
  },
];

const NO_SYNTAX = [
  { selector: 'TSEnumDeclaration', message: 'Use an `as const` object.' },
  { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file itself.' },
];

export default tseslint.config(
  { ignores: ['dist/', 'out/', '.holdfast/', 'node_modules/', 'test/replay/histories/'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Function bodies of one call are the normal shape of a callback here.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Spreading text into code points is meant; what must not be split is counted with Intl.Segmenter.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // env['NAME'] is what noPropertyAccessFromIndexSignature asks for.
      '@typescript-eslint/dot-notation': 'off',
      'no-restricted-properties': ['error', NO_PROCESS_ENV, NO_COMBINED_SIGNALS, NO_CAN_PARSE],
      'no-restricted-exports': NO_DEFAULT_EXPORT,
      'no-restricted-syntax': ['error', ...NO_SYNTAX],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 20],
    },
  },
  ...layers.LAYERS.map((layer) => ({
    files: [`${layer.name}/**/*.{ts,tsx}`],
    ignores: [`${layer.name}/**/main.ts`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', importRulesOf(layer)] },
  })),
  {
    files: ['activities/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...NO_SYNTAX,
        {
          selector:
            "ImportDeclaration[source.value='@temporalio/activity'] ImportSpecifier[imported.name='sleep']",
          message: 'It keeps something of each wait until the activity ends: use cancellable-sleep.ts.',
        },
      ],
    },
  },
  {
    files: ['workflows/**/*.ts'],
    ignores: ['workflows/messages/handle-message.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...NO_SYNTAX,
        {
          selector: "ImportSpecifier[imported.name='setHandler']",
          message: 'What comes from outside is parsed first: register handlers by handle-message.ts.',
        },
      ],
    },
  },
  {
    files: ['console/**/*.tsx'],
    rules: {
      // A part with its markup is longer than a function that decides.
      'max-lines-per-function': ['error', { max: 110, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: READS_ENVIRONMENT,
    rules: { 'no-restricted-properties': ['error', NO_COMBINED_SIGNALS, NO_CAN_PARSE] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      // A describe block is a function.
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // What came over the wire is any, and the assertion on it is the check.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['*.config.{js,ts}', '.dependency-cruiser.cjs'],
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    rules: {
      'no-unused-vars': 'error',
      'no-restricted-properties': ['error', NO_COMBINED_SIGNALS, NO_CAN_PARSE],
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
);
