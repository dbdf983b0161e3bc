/** Pods that fit no node, and sizes without bounds, are told before a run. Files: public bug reports (autoscaler 7963) as users write them. */
import { describe, expect, it } from 'vitest'
import { parseSource, problemsText } from '../document.ts'
import { resolveSource } from '../spec.ts'

const file = (pool: string, workload: string, more = ''): string =>
  `name: x\nhorizon: 5m\nwarmup: 1m\ncluster: { pools: [{ name: a, count: 2, cpu: 4, memory: 16Gi${pool} }] }\nworkload:\n${workload}\n${more}`
const service = (more: string): string =>
  `  services: [{ name: web, replicas: 2, cpu: 250m, memory: 128Mi, traffic: { rate: 10/s }, work: { cpu: 5ms }${more} }]`

async function answer(text: string): Promise<{ readonly problems: string; readonly warnings: readonly string[] }> {
  const read = parseSource('x.yaml', text)
  const resolved = 'problems' in read ? read : await resolveSource(read.source)
  return 'problems' in resolved
    ? { problems: problemsText(resolved.problems), warnings: [] }
    : { problems: '', warnings: resolved.experiment.warnings }
}

describe('vpa with an autoscaler of replicas on the CPU of the same pods', () => {
  const both = (replicas: string, more = ''): Promise<{ readonly problems: string }> =>
    answer(file('', service(''), `autoscaling: { replicas: ${replicas}, sizes: vpa${more} }`))

  it('is refused with the reason, unless it is forced or the replicas follow requests', async () => {
    for (const replicas of ['hpa', 'target-utilization', 'step', '{ name: aws-target-tracking, metric: utilization }'])
      expect((await both(replicas)).problems).toContain('changes the request that the utilization of')
    expect((await both('hpa')).problems).toContain('autoscaling.sizes  found vpa with hpa on the CPU of the same pods')
    expect((await both('hpa', ', together: true')).problems).toBe('')
    for (const replicas of ['none', 'queue-length', '{ name: step, metric: in-flight }']) expect((await both(replicas)).problems).toBe('')
  })
})

describe('pods that fit no node are refused at the key that asks for too much', () => {
  it.each([
    [
      'a resource that no node has',
      file('', service(', resources: { nvidia.com/gpu: 1 }')),
      'services.web.resources.nvidia.com/gpu  found 1; accepted: resources: { nvidia.com/gpu: … } on a pool',
    ],
    [
      'more of a resource than a node has',
      file(', resources: { fpga: 2 }', service(', resources: { fpga: 3 }')),
      'resources.fpga  found 3; accepted: at most 2',
    ],
    [
      'a label that no node has',
      file('', service(', nodeSelector: { disk: ssd }')),
      'services.web.nodeSelector.disk  found ssd; accepted: labels: { disk: ssd } on a pool',
    ],
    [
      'a value that no node has',
      file(', labels: { disk: hdd }', service(', nodeSelector: { disk: ssd }')),
      'nodeSelector.disk  found ssd; accepted: hdd',
    ],
    [
      'a taint',
      file(', taints: [{ key: team, value: ml }]', service('')),
      'services.web.tolerations  found no toleration of the taint team=ml:NoSchedule',
    ],
    [
      'a shape of background pods',
      file('', '  background: [{ shapes: [{ cpu: 1, memory: 1Gi, resources: { fpga: 1 } }], count: 3 }]'),
      'workload.background[0].shapes[0].resources.fpga  found 1',
    ],
    [
      'a shape of jobs',
      file('', '  jobs: [{ arrivals: { rate: 1/m }, duration: 1m, shapes: [{ cpu: 1, memory: 1Gi, resources: { fpga: 1 } }] }]'),
      'workload.jobs[0].shapes[0].resources.fpga  found 1',
    ],
    ['all drawn jobs', file('', '  jobs: [{ arrivals: { rate: 1/m }, duration: 1m, cpu: 8, memory: 1Gi }]'), 'in all of 10000 drawn jobs'],
    [
      'nodes that only a node autoscaler could add, without one',
      file('', service('')).replace('count: 2', 'count: 0, max: 5'),
      'found a pod of 250m and 128Mi that fits no node',
    ],
  ])('%s', async (_what, text, expected) => {
    expect((await answer(text)).problems).toContain(expected)
  })

  it('nodes that a node autoscaler adds are counted', async () => {
    const text = file('', service(''), 'autoscaling: { nodes: on-demand }').replace('count: 2', 'count: 0, min: 0, max: 5')
    expect(await answer(text)).toEqual({ problems: '', warnings: [] })
  })
})

describe('sources of which some pods fit no node', () => {
  const openb = (more: string): string =>
    file('', `  background: [{ trace: openb${more} }]`).replace('cpu: 4, memory: 16Gi', 'cpu: 16, memory: 64Gi')

  it('rows of a trace are named with their share, and left out where a share of the cluster is requested', async () => {
    const { problems, warnings } = await answer(openb(', inflate: { cpu: 60% }'))
    expect(problems).toBe('')
    expect(warnings).toHaveLength(1)
    // Rows without GPUs that request at most 16 cores and 64 GiB, counted in the file by another program: 673.
    expect(warnings[0]).toMatch(
      /^background openb: 6582 of 7255 rows fit no node .*91 % of the rows.* the other 673 rows request the share of 60 % of cpu$/,
    )
    expect((await answer(openb(''))).warnings[0]).toContain('they will stay pending')
  })

  it('a trace of which no row fits is refused', async () => {
    const text = openb(', inflate: { cpu: 60% }').replace('cpu: 16, memory: 64Gi', 'cpu: 1m, memory: 1Mi')
    expect((await answer(text)).problems).toContain('none of 7255 rows fits a node of any pool')
  })

  it('a part of drawn jobs is a warning', async () => {
    const jobs = '  jobs: [{ arrivals: { rate: 1/m }, duration: 1m, cpu: { uniform: { low: 1, high: 8 } }, memory: 1Gi }]'
    expect((await answer(file('', jobs))).warnings[0]).toMatch(
      /^jobs jobs: \d+ of 10000 drawn jobs have tasks that fit no node .*; they will stay pending$/,
    )
  })
})

describe('sizes without bounds are refused before anything is allocated', () => {
  it.each([
    [
      'a pool',
      file('', service('')).replace('count: 2', 'count: 1000000000'),
      'found 1000000000; accepted: a whole number between 0 and 1000000',
    ],
    [
      'pools together',
      file('', service('')).replace(
        'pools: [{ name: a, count: 2,',
        'pools: [{ name: b, count: 900000, cpu: 4, memory: 1Gi }, { name: a, count: 900000,',
      ),
      'cluster.pools  found 1800000 nodes in all pools; accepted: at most 1000000',
    ],
    [
      'a horizon with requests',
      file('', service('')).replace('5m', '200000h'),
      'horizon  found 200000h; accepted: at most 69444h26m40s with 1 service',
    ],
    ['rows of the time series', file('', service(''), 'sample: 1us'), 'sample  found 1us, which makes 300000000 rows'],
    [
      'a window of scrapes',
      file('', service(''), 'delays: { scrape: 1ms, window: 1h }'),
      'delays.window  found 1h, which is 3600000 scrapes of 1ms; accepted: at most 10000 scrapes, 10s',
    ],
    [
      'scrapes',
      file('', service(''), 'delays: { scrape: 1us, window: 1ms }\neventBudget: 1000'),
      'delays.scrape  found 1us, which makes 300000000 scrapes in 5m',
    ],
    ['ageing', file('', service(''), 'start: { ageing: 900000h }'), 'start  found 900000h of ageing'],
  ])('%s', async (_what, text, expected) => {
    expect((await answer(text)).problems).toContain(expected)
  })
})
