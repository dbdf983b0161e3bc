/** Whether a resolved scenario can run: pods against nodes, and sources that can be opened. */
import { FAMILIES, type NodeTemplate, showCpu, showDuration, showMemory, zeroProblem } from '../../../sim/index.ts'
import { Streams, type RandomStream } from '../../../sim/random/index.ts'
import { openBackground, openJobs, TraceError, type Capacity, type JobsSpec } from '../../../workloads/index.ts'
import type { Issue } from '../resolve.ts'
import { capacityOf, nodesOf, type Scenario } from '../scenario.ts'

/** All issues of a scenario. Sources are opened only when nothing else is wrong. */
export function checkScenario(scenario: Scenario): Issue[] {
  const nodes = scenario.pools.map(nodesOf)
  const templates = nodes.flatMap((pool) => pool.templates)
  const issues = [...tooLarge(scenario, templates), ...missingGpus(scenario, templates)]
  if (issues.length === 0) issues.push(...unopenable(scenario, capacityOf(nodes)))
  issues.push(...withoutPods(scenario))
  const { name } = scenario.choices['autoscaling.nodes']
  if (name !== 'none' && scenario.pools.every((pool) => pool.min === pool.max)) {
    issues.push({
      path: ['autoscaling', 'nodes'],
      message: `found ${name}, but no pool may grow or shrink; accepted: min or max on a pool`,
    })
  }
  return issues
}

/** Services that their autoscaler could scale to 0 and never back; an own algorithm is trusted to see arrivals. */
function withoutPods({ services, choices }: Scenario): Issue[] {
  const { name, file } = choices['autoscaling.replicas']
  const definition = file === undefined ? FAMILIES['autoscaling.replicas'].find(name) : undefined
  const message = definition === undefined ? '' : zeroProblem(definition)
  if (message === '') return []
  return services.flatMap(({ minReplicas }, i) => (minReplicas > 0 ? [] : [{ path: ['workload', 'services', i, 'minReplicas'], message }]))
}

/** Pods that fit no node, not even an empty one. Drawn requests are reported at the horizon instead. */
function tooLarge({ services, jobs }: Scenario, templates: readonly NodeTemplate[]): Issue[] {
  const issues: Issue[] = []
  const maxCpu = templates.reduce((max, { cpu }) => Math.max(max, cpu), 0)
  const maxMemory = templates.reduce((max, { memory }) => Math.max(max, memory), 0)
  services.forEach(({ shape }, i) => {
    if (templates.some(({ cpu, memory }) => cpu >= shape.cpu && memory >= shape.memory)) return
    issues.push({
      path: ['workload', 'services', i, shape.cpu > maxCpu ? 'cpu' : 'memory'],
      message: `found a pod of ${showCpu(shape.cpu)} and ${showMemory(shape.memory)} that fits no node of any pool; accepted: at most ${showCpu(maxCpu)} and ${showMemory(maxMemory)}`,
    })
  })
  jobs.forEach((source, i) => {
    const index = largeShape(source, templates)
    if (index >= 0)
      issues.push({
        path: ['workload', 'jobs', i, 'shapes', index],
        message: 'found a shape that fits no node of any pool; accepted: at most the capacity of a node',
      })
  })
  return issues
}

/** Index of the first shape that no node could hold, -1 when there is none. */
function largeShape(source: JobsSpec, templates: readonly NodeTemplate[]): number {
  if (source.kind === 'trace' || source.size.kind !== 'shapes') return -1
  return source.size.shapes.findIndex(
    ({ cpu, memory, gpus }) => !templates.some((node) => node.cpu >= cpu && node.memory >= memory && node.gpus >= gpus),
  )
}

function missingGpus(scenario: Scenario, templates: readonly NodeTemplate[]): Issue[] {
  if (templates.some(({ gpus }) => gpus > 0)) return []
  return (['background', 'jobs'] as const).flatMap((list) =>
    scenario[list].flatMap(({ inflate }, i) =>
      inflate?.resource === 'gpu'
        ? [
            {
              path: ['workload', list, i, 'inflate', 'gpu'],
              message: 'found a share of GPUs, but no pool has any; accepted: cpu, memory',
            },
          ]
        : [],
    ),
  )
}

/** Problems that appear only when a source is opened: shares of a resource that no row requests, blocks longer than the trace, distributions without a mean. */
function unopenable(scenario: Scenario, capacity: Capacity): Issue[] {
  const streams = new Streams('check', 0)
  const stream = (purpose: string): RandomStream => streams.stream(purpose)
  const { background, jobs, horizon } = scenario
  return [
    ...background.flatMap((spec, i) =>
      spec.kind === 'trace' ? openIssue('background', i, spec, () => void openBackground(spec, capacity, stream)) : [],
    ),
    ...jobs.flatMap((spec, i) =>
      openIssue('jobs', i, spec, () => {
        const source = openJobs(spec, capacity, stream)
        // When rows are drawn at random, one draw says nothing about the others.
        const random = spec.kind === 'trace' && (spec.bootstrap !== null || spec.shape.some(({ kind }) => kind === 'sample'))
        if (source.stationary || source.next() < (random ? Infinity : horizon)) return
        throw new RangeError(
          `found no job before the horizon of ${showDuration(horizon)}; accepted: a recording and a shape that leave some, such as shape: [{ cut: { from: 1h } }]`,
        )
      }),
    ),
  ]
}

/** The error of `open` as an issue at the key that its message begins with. */
function openIssue(list: string, i: number, source: { readonly name: string }, open: () => void): Issue[] {
  try {
    open()
    return []
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof TraceError)) throw error
    const text = error instanceof TraceError ? `found ${error.found}; accepted: ${error.accepted}` : error.message
    const message = text.replace(`${list} ${source.name}: `, '')
    const key = Object.keys(source).find((one) => message.startsWith(one))
    return [
      {
        path: ['workload', list, i, ...(key === undefined ? [] : [key])],
        message: message.startsWith('found ') ? message : `found ${message}`,
      },
    ]
  }
}
