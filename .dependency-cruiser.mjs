/**
 * Who may import whom (sim/README.md has the drawing). Tests and fixtures may import what they compare with; what they test is found by
 * the other rules. Types count as imports.
 */
const CODE = '\\.(test|fixture)\\.ts$'

/** Folders of sim from low to high; a folder may import those named, itself, and the ones in its own row that are named. */
const LOW = ['common']
const SIM = {
  common: [],
  engine: LOW,
  random: LOW,
  measure: [...LOW, 'engine', 'random'],
  cluster: [...LOW, 'engine', 'random'],
  scheduling: [...LOW, 'random', 'cluster'],
  binpacking: [...LOW, 'random', 'cluster'],
  slb: [...LOW, 'random', 'cluster'],
  autoscaling: [...LOW, 'random', 'cluster', 'binpacking'],
  serving: [...LOW, 'engine', 'random', 'measure', 'cluster', 'slb'],
  network: [...LOW, 'engine', 'random', 'measure', 'cluster', 'slb', 'serving'],
  controllers: [...LOW, 'engine', 'random', 'measure', 'cluster', 'scheduling', 'binpacking', 'slb', 'autoscaling', 'serving', 'network'],
}

const inSim = Object.entries(SIM).map(([folder, may]) => ({
  name: `sim-${folder}`,
  comment: `sim/${folder} may import ${may.map((one) => `sim/${one}`).join(', ') || 'nothing but itself'}`,
  severity: 'error',
  from: { path: `^sim/${folder}/`, pathNot: CODE },
  to: { path: '^(sim|workloads|reports|experiments|bench)/', pathNot: `^sim/(${[folder, ...may].join('|')})/` },
}))

/** Public entry points of a folder: others import nothing else of it. */
const ENTRY = {
  sim: '^sim/(index|random/index|testing/index)\\.ts$',
  workloads: '^workloads/index\\.ts$',
  reports: '^reports/index\\.ts$',
}

export default {
  forbidden: [
    { name: 'no-cycles', comment: 'no import cycle, types included', severity: 'error', from: { pathNot: CODE }, to: { circular: true } },
    {
      name: 'sim-without-node',
      comment: 'sim runs in a browser too: no node:* module',
      severity: 'error',
      from: { path: '^sim/', pathNot: CODE },
      to: { dependencyTypes: ['core'] },
    },
    ...inSim,
    {
      name: 'sim-imports-no-other-folder',
      severity: 'error',
      from: { path: '^sim/', pathNot: CODE },
      to: { path: '^(workloads|reports|experiments|bench)/' },
    },
    {
      name: 'workloads-and-reports-know-sim-only',
      severity: 'error',
      from: { path: '^(workloads|reports)/', pathNot: CODE },
      to: { path: '^(experiments|bench)/' },
    },
    {
      name: 'workloads-do-not-know-reports',
      severity: 'error',
      from: { path: '^workloads/', pathNot: CODE },
      to: { path: '^reports/' },
    },
    {
      name: 'reports-do-not-know-workloads',
      severity: 'error',
      from: { path: '^reports/', pathNot: CODE },
      to: { path: '^workloads/' },
    },
    { name: 'nobody-imports-bench', severity: 'error', from: { pathNot: '^bench/' }, to: { path: '^bench/' } },
    {
      name: 'sim-by-its-entry-points',
      comment: 'outside sim: sim/index.ts, sim/random/index.ts, and in tests and benches sim/testing/index.ts',
      severity: 'error',
      from: { path: '^(workloads|reports|experiments)/', pathNot: CODE },
      to: { path: '^sim/', pathNot: ENTRY.sim },
    },
    {
      name: 'testing-in-tests-only',
      severity: 'error',
      from: { path: '^(sim|workloads|reports|experiments)/', pathNot: [CODE, '^sim/testing/'] },
      to: { path: '^sim/testing/' },
    },
    {
      name: 'workloads-by-their-entry-point',
      severity: 'error',
      from: { path: '^(reports|experiments)/', pathNot: CODE },
      to: { path: '^workloads/', pathNot: ENTRY.workloads },
    },
    {
      name: 'reports-by-their-entry-point',
      severity: 'error',
      from: { path: '^(workloads|experiments)/', pathNot: CODE },
      to: { path: '^reports/', pathNot: ENTRY.reports },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^results/', '^reports/page/client/', 'script\\.min\\.mjs$'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js'] },
  },
}
