/** Public entry point for tests and benches outside `sim`: small clusters and inputs, written in a line. */
export * from './cases.ts'
export * from './cluster.ts'
export * from './input.ts'
export * from './queueing.ts'
