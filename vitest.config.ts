import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{sim,workloads,experiments,reports,bench}/**/*.test.ts'],
    testTimeout: 60_000,
    maxWorkers: 2,
  },
})
