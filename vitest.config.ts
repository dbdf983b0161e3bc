import { configDefaults, defineConfig } from 'vitest/config'

/** `npm test` runs all but the slow proofs, `*.long.test.ts`, which `npm run test:long` runs. */
const long = process.env['ORCHSIM_TESTS'] === 'long'
const FOLDERS = '{sim,workloads,experiments,reports,bench}'

export default defineConfig({
  test: {
    include: [`${FOLDERS}/**/*.${long ? 'long.' : ''}test.ts`],
    exclude: [...configDefaults.exclude, ...(long ? [] : ['**/*.long.test.ts'])],
    testTimeout: long ? 600_000 : 120_000,
    maxWorkers: 2,
  },
})
