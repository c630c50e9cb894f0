import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import tseslint from 'typescript-eslint'

const FRAMEWORKS = ['express', 'express-rate-limit', 'helmet', 'cors', 'jsonwebtoken', 'jwks-rsa']
const DATABASE = ['knex', 'pg', 'pg-*']
const KAFKA = ['kafkajs', 'kafkajs-*', '@platformatic/kafka']
const OTHER_APPS = ['**/apps/**', '@infinite-scribe/api-gateway', '@infinite-scribe/message-relay']
const HARNESS = ['@infinite-scribe/local-stack', '@infinite-scribe/testing']
const ELSEWHERE = [...OTHER_APPS, ...HARNESS]

/**
 * The import table of the house, the most particular room last: for a file the last row that matches holds.
 * `never` is what the room may not import.
 */
const IMPORT_TABLE = [
  { room: 'packages/*/src', never: [...ELSEWHERE, ...KAFKA] },

  { room: 'apps/api-gateway/src', never: [...ELSEWHERE, ...KAFKA] },
  {
    room: 'apps/api-gateway/src/genesis',
    never: [
      ...ELSEWHERE,
      ...KAFKA,
      ...DATABASE,
      ...FRAMEWORKS,
      'node:*',
      'winston',
      '@infinite-scribe/service-kit',
      '../../http/*',
      '../http/*',
      '../commands/*',
      '../sessions/*',
      '../tasks/*',
      '../stream/*',
    ],
  },
  {
    room: 'apps/api-gateway/src/*/*-service.ts',
    never: [...ELSEWHERE, ...KAFKA, ...DATABASE, ...FRAMEWORKS, '../http/*'],
  },
  { room: 'apps/message-relay/src', never: [...ELSEWHERE, ...KAFKA] },
  {
    room: 'apps/message-relay/src/policy',
    never: [
      ...ELSEWHERE,
      ...KAFKA,
      ...DATABASE,
      ...FRAMEWORKS,
      'node:*',
      'winston',
      '@infinite-scribe/service-kit',
      '../kafka/*',
      '../outbox/*',
      '../pipeline/*',
    ],
  },
  {
    room: 'apps/message-relay/src/pipeline',
    never: [...ELSEWHERE, ...KAFKA, ...DATABASE, ...FRAMEWORKS, '../kafka/*', '../outbox/*'],
  },
  {
    room: 'apps/message-relay/src/relay.ts',
    never: [...ELSEWHERE, ...KAFKA, ...DATABASE, ...FRAMEWORKS, './kafka/*', './outbox/*'],
  },
  {
    room: 'apps/message-relay/src/outbox',
    never: [...ELSEWHERE, ...KAFKA, ...FRAMEWORKS, '../kafka/*', '../health/*', '../operator/*'],
  },
  {
    room: 'apps/message-relay/src/kafka',
    never: [...ELSEWHERE, ...DATABASE, ...FRAMEWORKS, '../outbox/*', '../health/*', '../operator/*'],
  },
  {
    room: 'apps/message-relay/src/simulation',
    never: [
      ...ELSEWHERE,
      ...KAFKA,
      ...DATABASE,
      ...FRAMEWORKS,
      '**/kafka/*',
      '**/outbox/*',
      '**/health/*',
      '**/operator/*',
    ],
  },
  { room: 'apps/*/src/main.ts', never: ELSEWHERE },
]

const restricted = (room, patterns) => ({
  files: room.endsWith('.ts') ? [room] : [`${room}/**/*.ts`],
  ignores: ['**/*.test.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          { ...patterns, message: `${room} may not import this: see the import table in CONTRIBUTING.md.` },
        ],
      },
    ],
  },
})

const importRules = [
  ...IMPORT_TABLE.map(({ room, never }) => restricted(room, { group: never })),
  // Nothing but its own files.
  restricted('packages/shared-types/src', { regex: '^[^.]' }),
]

export default tseslint.config(
  { ignores: ['**/dist/', '**/coverage/', '**/node_modules/', '.stack/', '**/*.generated.ts'] },
  js.configs.recommended,
  ...[...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked].map((config) => ({
    ...config,
    files: ['**/*.ts'],
  })),
  prettier,
  {
    files: ['**/*.ts'],
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
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
  ...importRules,
  {
    files: ['apps/*/src/**', 'packages/*/src/**'],
    ignores: ['**/main.ts', '**/*.test.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'main.ts is the only reader of process.' },
      ],
      'no-console': 'error',
    },
  },
)
