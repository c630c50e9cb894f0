import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import tseslint from 'typescript-eslint'

const NODE_MODULES = ['node:*']
const HOUSE = '@infinite-scribe/*'
const FRAMEWORKS = ['express', 'express-rate-limit', 'helmet', 'cors', 'jsonwebtoken', 'jwks-rsa']
const DATABASE = ['knex', 'pg']
const KAFKA = ['kafkajs', '@platformatic/kafka']

/** A row of the import table: files of one room may not import what is named. */
const room = (files, forbidden, message) => ({
  files,
  ignores: ['**/*.test.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ group: forbidden, message }] }],
  },
})

export default tseslint.config(
  { ignores: ['**/dist/', '**/coverage/', '**/node_modules/', '.stack/', '**/*.generated.ts'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  prettier,
  {
    languageOptions: {
      parserOptions: { project: ['./tsconfig.check.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.object.name=/^(trx|tx|transaction)$/][callee.property.name=/^(commit|rollback)$/]',
          message:
            'knex can report success after a failed COMMIT in the manual form (knex#3370): use knex.transaction(callback).',
        },
        {
          selector: "CallExpression[callee.property.name='transactionProvider']",
          message:
            'The manual form of knex transactions is forbidden (knex#3370): use knex.transaction(callback).',
        },
      ],
      'max-lines': ['error', { max: 400, skipBlankLines: false }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { globals: { process: 'readonly', console: 'readonly', setTimeout: 'readonly' } },
  },

  // The import table of the house.
  room(['packages/shared-types/src/**'], ['*', '!./**', '!../**'], 'shared-types imports nothing.'),
  room(
    ['apps/api-gateway/src/genesis/**', 'apps/message-relay/src/policy/**'],
    [
      ...NODE_MODULES,
      ...FRAMEWORKS,
      ...DATABASE,
      ...KAFKA,
      'winston',
      '@infinite-scribe/service-kit',
      '../http/**',
      '../commands/**',
      '../outbox/**',
      '../kafka/**',
      '../pipeline/**',
      '../sessions/**',
      '../tasks/**',
    ],
    'The pure rooms import shared-types only.',
  ),
  room(
    ['apps/message-relay/src/pipeline/**', 'apps/message-relay/src/relay.ts'],
    [...FRAMEWORKS, ...DATABASE, ...KAFKA, '**/kafka/**', '**/outbox/**'],
    'The pipeline knows its ports, not PostgreSQL or Kafka.',
  ),
  room(
    ['apps/message-relay/src/outbox/**'],
    [...FRAMEWORKS, ...KAFKA, '**/kafka/**', '**/health/**', '**/operator/**'],
    'SQL files import knex, pg, the ports they implement and shared-types.',
  ),
  room(
    [
      'apps/message-relay/src/{health,operator,policy,pipeline,outbox}/**',
      'apps/message-relay/src/*.ts',
      'apps/api-gateway/src/**',
      'packages/**',
    ],
    KAFKA,
    'kafka/ is the only place that knows a Kafka client.',
  ),
  room(
    ['apps/api-gateway/src/{commands,sessions,tasks,stream}/*-service.ts'],
    [...FRAMEWORKS, ...DATABASE, '**/http/**'],
    'Services import the pure rooms, their own ports and shared-types.',
  ),
  room(
    ['apps/**'],
    [
      '**/apps/**',
      '@infinite-scribe/api-gateway',
      '@infinite-scribe/message-relay',
      '@infinite-scribe/local-stack',
      '@infinite-scribe/testing',
    ],
    `Apps never import each other; of ${HOUSE} they use the packages.`,
  ),
  {
    files: ['apps/*/src/**', 'packages/*/src/**'],
    ignores: ['**/main.ts', '**/operator/cli.ts', '**/*.test.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'main.ts is the only reader of process.' },
      ],
      'no-console': 'error',
    },
  },
)
