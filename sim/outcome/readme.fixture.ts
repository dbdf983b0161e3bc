/** The page about the metrics, made from their list: `npm run docs` writes it, a test compares. */
import { METRICS } from './standard.ts'
import type { MetricDefinition } from './standard.ts'

const GROUPS: Readonly<Record<MetricDefinition['group'], string>> = {
  requests: 'Requests',
  pods: 'Pods',
  jobs: 'Jobs',
  nodes: 'Nodes',
  scaling: 'Scaling',
}

const COMPARED: Readonly<Record<MetricDefinition['comparison'], string>> = { difference: 'difference', ratio: 'ratio', points: 'points' }

const HEAD = `# Metrics

Made by \`npm run docs\` from \`standard.ts\`, which is also what YAML, CSV headings, verdicts and \`orchsim list metrics\` read.

The window goes from the end of warm-up to the horizon. Requests belong to it by arrival, pods by creation, jobs by submission; levels (nodes, allocation, ...) are
time-weighted. A quantile with fewer than 100 expected exceedances is refused, with the reason. What was unfinished at the horizon is censored, not dropped: it counts
with the time until then, and a metric of its own says how many there were. *Compared by*: replications are paired, and what is averaged is the difference, the
logarithm of the ratio, or the difference in percentage points.

| file | one idea |
|---|---|
| \`../measure/level.ts\`, \`../measure/histogram.ts\`, \`../measure/accumulator.ts\`, \`../measure/imbalance.ts\` | the tools: a time-weighted level, counts in buckets of 0.8 % at most, exact sums, the largest over the mean |
| \`../measure/node-recorder.ts\`, \`../measure/pod-recorder.ts\`, \`../measure/job-recorder.ts\`, \`../measure/scaling-recorder.ts\` | count where things happen |
| \`sampler.ts\`, \`fragmentation.ts\`, \`node-bound.ts\`, \`node-grid.ts\` | look at all nodes, at samples |
| \`outcome.ts\` | from the parts of a finished run to the metrics below |
`

export function metricsPage(): string {
  const sections = Object.entries(GROUPS).map(([group, title]) => {
    const rows = METRICS.filter((metric) => metric.group === group).map(
      ({ id, unit, better, comparison, definition }) =>
        `| \`${id}\` | ${unit} | ${better} | ${COMPARED[comparison]} | ${definition.replaceAll('|', '\\|')} |`,
    )
    return `## ${title}\n\n| id | unit | better | compared by | definition |\n|---|---|---|---|---|\n${rows.join('\n')}\n`
  })
  return `${HEAD}\n${sections.join('\n')}`
}
