import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'

/** `npm test` runs all but the slow proofs, `*.long.test.ts`, which `npm run test:long` runs. */
const long = process.env['ORCHSIM_TESTS'] === 'long'
const FOLDERS = ['sim', 'workloads', 'experiments', 'reports', 'bench']
/** Files with properties whose cases are slow: `npm test` tries a part of the cases (`slowCases`), `npm run test:long` all. */
const withSlowCases = (): string[] =>
  FOLDERS.flatMap((folder) =>
    readdirSync(join(import.meta.dirname, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  ).filter((file) => file.endsWith('.test.ts') && readFileSync(join(import.meta.dirname, file), 'utf8').includes('slowCases('))
/**
 * Files that replace modules, change what belongs to the process (its folder, its globals), or measure its heap: each loads the modules anew. All
 * others share a worker's modules, which are loaded and compiled once.
 */
const ALONE = [
  'experiments/commands/cli.test.ts',
  'experiments/commands/compare.test.ts',
  'experiments/commands/pages.test.ts',
  'experiments/own/own.test.ts',
  'workloads/traces/facts.test.ts',
]

const files = long
  ? [...FOLDERS.map((folder) => `${folder}/**/*.long.test.ts`), ...withSlowCases()]
  : FOLDERS.map((folder) => `${folder}/**/*.test.ts`)
const excluded = [...configDefaults.exclude, ...(long ? [] : ['**/*.long.test.ts'])]
// A test computes what it tests.
const env = { ORCHSIM_CACHE: 'off' }
const testTimeout = long ? 600_000 : 120_000

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { name: 'shared', isolate: false, include: files, exclude: [...excluded, ...ALONE], testTimeout, env } },
      { test: { name: 'alone', isolate: true, include: long ? [] : ALONE, exclude: excluded, testTimeout, env } },
    ],
  },
})
