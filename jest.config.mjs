/**
 * Six projects, by the suffix of the file: unit (no I/O), int (real PostgreSQL or Kafka, in process),
 * e2e (both services as processes), sim (many schedules of the simulated relay, which would be slow with coverage),
 * serial (tests that stop or kill servers of their own; one at a time) and long (minutes of wall clock; only
 * `npm run test:long` runs them).
 */
const workspace = {
  '^@infinite-scribe/shared-types$': '<rootDir>/packages/shared-types/src/index.ts',
  '^@infinite-scribe/service-kit$': '<rootDir>/packages/service-kit/src/index.ts',
  '^@infinite-scribe/client$': '<rootDir>/packages/client/src/index.ts',
  '^@infinite-scribe/local-stack$': '<rootDir>/infrastructure/local-stack/src/index.ts',
  '^@infinite-scribe/chaos$': '<rootDir>/infrastructure/chaos/src/index.ts',
  '^@infinite-scribe/testing$': '<rootDir>/infrastructure/testing/src/index.ts',
}

const project = (name, suffix) => ({
  displayName: name,
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/apps', '<rootDir>/packages', '<rootDir>/infrastructure'],
  testEnvironment: 'node',
  testMatch: [`**/src/**/*.${suffix}.test.ts`],
  moduleNameMapper: workspace,
  modulePathIgnorePatterns: ['/dist/'],
  transform: {
    // tsc checks the types; here they are only taken away.
    '\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
})

export default {
  projects: [
    project('unit', 'unit'),
    project('int', 'int'),
    project('e2e', 'e2e'),
    project('sim', 'sim'),
    project('serial', 'serial'),
    project('long', 'long'),
  ],
  testTimeout: 60_000,
  coverageDirectory: 'coverage',
  coverageReporters: ['text-summary', 'html', 'json-summary', 'lcovonly'],
  collectCoverageFrom: [
    'apps/*/src/**/*.ts',
    'packages/*/src/**/*.ts',
    '!**/*.test.ts',
    '!**/simulation/**',
    '!**/main.ts',
    '!**/*.generated.ts',
  ],
}
