import { configDefaults, defineConfig } from 'vitest/config'

/** `npm test` runs all but the slow proofs, `*.long.test.ts`, which `npm run test:long` runs. */
const long = process.env['ORCHSIM_TESTS'] === 'long'
/** Files with properties whose cases are slow: `npm test` tries a part of the cases (`slowCases`), `npm run test:long` all. */
const SLOW_CASES = [
  'experiments/file/fuzz.test.ts',
  'experiments/file/schema/jobs.test.ts',
  'workloads/replay/requests.test.ts',
  'sim/controllers/orchestration/laws.test.ts',
  'sim/controllers/storage/laws.test.ts',
  'sim/network/service-balancers.test.ts',
  'sim/slb/contract.test.ts',
  'sim/scheduling/contract.test.ts',
  'sim/scheduling/profiles/kubernetes/indexed/index.test.ts',
  'sim/scheduling/search/trees.test.ts',
]
const FOLDERS = ['sim', 'workloads', 'experiments', 'reports', 'bench']
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
  ? [...FOLDERS.map((folder) => `${folder}/**/*.long.test.ts`), ...SLOW_CASES]
  : FOLDERS.map((folder) => `${folder}/**/*.test.ts`)
const excluded = [...configDefaults.exclude, ...(long ? [] : ['**/*.long.test.ts'])]
const testTimeout = long ? 600_000 : 120_000

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { name: 'shared', isolate: false, include: files, exclude: [...excluded, ...ALONE], testTimeout } },
      { test: { name: 'alone', isolate: true, include: long ? [] : ALONE, exclude: excluded, testTimeout } },
    ],
  },
})
