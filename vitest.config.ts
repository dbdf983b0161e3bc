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
const FOLDERS = '{sim,workloads,experiments,reports,bench}'

export default defineConfig({
  test: {
    include: long ? [`${FOLDERS}/**/*.long.test.ts`, ...SLOW_CASES] : [`${FOLDERS}/**/*.test.ts`],
    exclude: [...configDefaults.exclude, ...(long ? [] : ['**/*.long.test.ts'])],
    testTimeout: long ? 600_000 : 120_000,
    maxWorkers: 2,
  },
})
