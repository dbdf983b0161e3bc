/** Jobs and CronJobs in the experiment file: what they become, and what is refused with which message. */
import { describe, expect, it } from 'vitest'
import { inputOf } from '../run/run.ts'
import { parseSource, problemsText } from './document.ts'
import { resolveSource } from './spec.ts'

async function load(item: string, rest = '') {
  const read = parseSource(
    'x.yaml',
    `name: study
cluster: { pools: [{ name: main, count: 4, cpu: 4, memory: 16Gi }] }
workload:
  services: [{ name: web, cpu: 100m, memory: 64Mi, traffic: { rate: 1/s }, work: { cpu: 1ms } }]
  batch: [{ name: nightly, cpu: 1, memory: 1Gi, ${item} }, { name: once, cpu: 1, memory: 1Gi }]
${rest}`,
  )
  return 'problems' in read ? read : resolveSource(read.source)
}

async function problems(item: string, rest = ''): Promise<string> {
  const loaded = await load(item, rest)
  return 'problems' in loaded ? problemsText(loaded.problems) : ''
}

const CRON = 'controller: { cron-job: { schedule: "@hourly" } }'

describe('Jobs and CronJobs in a file', () => {
  it('become those of the run, with the defaults of the API', async () => {
    const loaded = await load(
      `${CRON}, duration: 5s, failures: 10%, exitCodes: [3, { code: 4, weight: 2 }], versions: [{ name: v2, failures: 1 }]`,
      'controlPlane: { clock: 2026-03-01T12:00:00Z }\nactions: [{ at: 1m, rollout: nightly, version: v2 }, { at: 2m, suspend: nightly }, { at: 3m, scale: once, replicas: 4 }]',
    )
    if ('problems' in loaded) throw new Error(problemsText(loaded.problems))
    const { scenario } = loaded.experiment.variants[0]
    const { batch, orchestration } = await inputOf({
      scenario: JSON.parse(JSON.stringify(scenario)) as typeof scenario,
      seed: 1,
      replication: 0,
    })
    expect(batch!.clock).toBe(Date.UTC(2026, 2, 1, 12) / 1000)
    const [nightly, once] = batch!.workloads
    expect(nightly.controller).toMatchObject({ cronJob: { concurrencyPolicy: 'Allow', timeZone: null, failedJobsHistoryLimit: 1 } })
    expect(nightly.versions.map(({ name, failures, duration }) => [name, failures, duration])).toEqual([
      ['v1', 0.1, { kind: 'constant', value: 5e6 }],
      ['v2', 1, { kind: 'constant', value: 5e6 }],
    ])
    expect(nightly.versions[1].exitCodes).toEqual([
      { code: 3, weight: 1 },
      { code: 4, weight: 2 },
    ])
    expect(once).toMatchObject({ controller: { kind: 'job', job: { completions: 1, parallelism: 1 } }, grace: 30e6, at: 0 })
    expect(orchestration!.actions).toEqual([
      { at: 60e6, kind: 'template', batch: 0, version: 1 },
      { at: 120e6, kind: 'suspend', batch: 0 },
      { at: 180e6, kind: 'parallelism', batch: 1, replicas: 4 },
    ])
  })

  it.each([
    ['a cron line', 'controller: { cron-job: { schedule: "61 * * * *" } }', '', 'minute "61": 61 is above 59; accepted: 0 to 59'],
    [
      'a time zone',
      'controller: { cron-job: { schedule: "@daily", timeZone: Berlin } }',
      '',
      'found "Berlin" is no time zone; accepted: a name of the IANA database',
    ],
    ['a controller', 'controller: { deployment: {} }', '', 'accepted: job, { job: … } or { cron-job: { schedule: … } }'],
    [
      'an index without indexes',
      'controller: { job: { backoffLimitPerIndex: 1 } }',
      '',
      'workload.batch.nightly.controller.job  found backoffLimitPerIndex in a Job without indexes; accepted: with completionMode Indexed',
    ],
    [
      'a rule without condition',
      'controller: { job: { podFailurePolicy: [{ action: Ignore }] } }',
      '',
      'accepted: one of exitCodes, otherExitCodes and disrupted: true',
    ],
    ['an exit code 0', 'exitCodes: [0]', '', 'found 0; accepted: a whole number between 1 and 255'],
    [
      'a template of a Job',
      '',
      'actions: [{ at: 1m, rollout: once, version: v1 }]',
      'found the Job once, whose template cannot change; accepted: a service or a CronJob',
    ],
    [
      'an unknown name',
      '',
      'actions: [{ at: 1m, suspend: nightli }]',
      'found the unknown Job or CronJob "nightli"; accepted: nightly, once (did you mean nightly?)',
    ],
    ['a restart', CRON, 'actions: [{ at: 1m, restart: nightly }]', 'found nightly, a CronJob; accepted: a service'],
    ['a date', '', 'controlPlane: { clock: today }', 'found "today"; accepted: date and time in UTC such as 2026-01-01T00:00:00Z'],
    ['pods that fit nowhere', 'resources: { gpu: 1 }', '', 'workload.batch.nightly.resources.gpu'],
  ])('%s', async (_, item, rest, message) => {
    expect(await problems(item === '' ? 'duration: 1m' : item, rest)).toContain(message)
  })

  it('a Job with the name of a service is refused, since actions name both', async () => {
    const read = parseSource(
      'x.yaml',
      'name: a\ncluster: { pools: [{ name: m, cpu: 4, memory: 1Gi, count: 1 }] }\nworkload:\n  services: [{ name: web, cpu: 1, memory: 1Mi, traffic: { rate: 1/s }, work: { cpu: 1ms } }]\n  batch: [{ name: web, cpu: 1, memory: 1Mi }]\n',
    )
    const loaded = 'problems' in read ? read : await resolveSource(read.source)
    expect('problems' in loaded && problemsText(loaded.problems)).toContain('found the name of a service')
  })
})
