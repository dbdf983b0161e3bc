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
/** Folders whose modules keep no state of the process: their test files share a worker's modules, which are loaded and compiled once. */
const SHARED = ['sim', 'workloads']
const ALONE = ['experiments', 'reports', 'bench']
/** Measures the heap, so no other file may have filled it. */
const MEASURES_MEMORY = 'workloads/traces/facts.test.ts'

/** The test files of these folders; `isolate`: each file loads the modules anew. */
function project(name: string, folders: readonly string[], isolate: boolean) {
  const slow = SLOW_CASES.filter((file) => folders.some((folder) => file.startsWith(`${folder}/`)))
  return {
    test: {
      name,
      isolate,
      include: long
        ? [...folders.map((folder) => `${folder}/**/*.long.test.ts`), ...slow]
        : [...folders.map((folder) => `${folder}/**/*.test.ts`), ...(isolate ? [MEASURES_MEMORY] : [])],
      exclude: [...configDefaults.exclude, ...(long ? [] : ['**/*.long.test.ts']), ...(isolate ? [] : [MEASURES_MEMORY])],
      testTimeout: long ? 600_000 : 120_000,
    },
  }
}

export default defineConfig({
  test: { maxWorkers: 2, projects: [project('shared', SHARED, false), project('alone', ALONE, true)] },
})
