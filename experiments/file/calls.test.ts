/** Steps and calls in the experiment file: what they become, and what is refused with which message. */
import { describe, expect, it } from 'vitest'
import { simulate } from '../../sim/index.ts'
import { planOf } from '../plan/plan.ts'
import { withQuantiles } from '../run/quantiles.ts'
import { inputOf } from '../run/run.ts'
import { parseSource, problemsText } from './document.ts'
import { resolveSource, type Experiment } from './spec.ts'

const chain = (api: string, around = ''): string => `name: chain
horizon: 20s
warmup: 2s
replications: 1
start: empty
${around}cluster:
  pools: [{ name: general, count: 4, cpu: 8, memory: 32Gi }]
workload:
  services:
    - name: web
      cpu: 1
      memory: 1Gi
      timeout: 1s
      traffic: { rate: 100/s }
      work: { steps: [{ cpu: 1ms }, { call: api, timeout: 500ms, retries: { limit: 2 } }, { wait: 1ms, cpu: 2ms }] }
    - { name: api, cpu: 1, memory: 1Gi, ${api} }
    - { name: db, replicas: 2, cpu: 1, memory: 1Gi, slb: two-choices, work: { cpu: { exponential: { mean: 2ms } } } }
`
const CALLS_DB =
  'work: { steps: [{ parallel: [{ call: db, count: 3, slb: round-robin }, { call: db, share: 20%, optional: true, deadline: true }] }] }'

async function resolved(yaml: string): Promise<Experiment | string> {
  const read = parseSource('x.yaml', yaml)
  if ('problems' in read) return problemsText(read.problems)
  const found = await resolveSource(read.source)
  return 'problems' in found ? problemsText(found.problems) : found.experiment
}

async function right(yaml: string): Promise<Experiment> {
  const found = await resolved(yaml)
  if (typeof found === 'string') throw new Error(found)
  return found
}

describe('steps of a request', () => {
  it('become the work before the first call, steps with rows of calls, and calls between services', async () => {
    const [{ scenario }] = (await right(chain(CALLS_DB))).variants
    const [web, api, db] = scenario.services
    expect(web.work?.cpu).toEqual({ kind: 'constant', value: 1000 })
    expect(web.steps).toMatchObject([{ calls: [0] }, { cost: { wait: { value: 1000 }, cpu: { value: 2000 } } }])
    expect([api.work, api.traffic, api.steps]).toEqual([null, null, [{ calls: [1, 1, 1, 2] }]])
    expect(db.slb?.name).toBe('two-choices')
    expect(
      scenario.calls?.map(({ name, caller, service, share, optional, deadline, slb }) => [
        name,
        caller,
        service,
        share,
        optional,
        deadline,
        slb?.name,
      ]),
    ).toEqual([
      ['web->api', 0, 1, 1, false, false, undefined],
      ['api->db', 1, 2, 1, false, false, 'round-robin'],
      ['api->db#2', 1, 2, 0.2, true, true, undefined],
    ])
  })
  it('calls one after the other are one step each', async () => {
    const [{ scenario }] = (await right(chain('work: { steps: [{ call: db, count: 3 }] }'))).variants
    expect(scenario.services[1].steps).toEqual([{ calls: [1] }, { calls: [1] }, { calls: [1] }])
  })
  it('run under all laws, with results by service and by call', async () => {
    const { variants } = await right(chain(CALLS_DB, 'check: true\n'))
    const result = simulate(await inputOf({ scenario: variants[0].scenario, seed: 1, replication: 0 }))
    const [web, api, db, ...calls] = result.scopes!.map(({ metrics }) => metrics['requests']!)
    expect(Math.abs(api - web)).toBeLessThan(1)
    expect(Math.abs(db / api - 3.2)).toBeLessThan(0.1)
    expect(calls.reduce((sum, rate) => sum + rate, 0)).toBeCloseTo(api + db, 9)
  })
  it('a service without steps resolves as it did before there were calls', async () => {
    const yaml = chain('traffic: { rate: 1/s }, work: { cpu: 1ms }')
      .replace(/work: \{ steps: .*\n/, 'work: { cpu: 1ms }\n')
      .replace('slb: two-choices', 'traffic: { rate: 1/s }')
    const [{ scenario }] = (await right(yaml)).variants
    expect('calls' in scenario).toBe(false)
    expect(Object.keys(scenario.services[0]).filter((key) => ['steps', 'async', 'slb'].includes(key))).toEqual([])
    expect(scenario.services[0].work).toEqual({ wait: { kind: 'constant', value: 0 }, cpu: { kind: 'constant', value: 1000 } })
  })
})

describe('what is refused', () => {
  const wrong: readonly (readonly [string, string, string])[] = [
    [
      'an unknown service',
      'work: { steps: [{ call: dbb }] }',
      'found the unknown service "dbb"; accepted: web, api, db (did you mean db?)',
    ],
    [
      'a cycle, which is named',
      'work: { steps: [{ call: web }, { call: db }] }',
      'found calls in a circle, web -> api -> web; accepted: calls without a cycle',
    ],
    ['a call of itself', 'work: { steps: [{ call: api }, { call: db }] }', 'found calls in a circle, api -> api'],
    ['a service that nobody calls', 'work: { cpu: 1ms }', 'workload.services.db  found no traffic, and no service calls this one'],
    [
      'an unknown key of a call',
      'work: { steps: [{ call: db, retry: 1 }] }',
      'found the unknown key "retry"; accepted: call, count, share,',
    ],
    ['a share above 1', 'work: { steps: [{ call: db, share: 120% }] }', 'found "120%"; accepted: a share'],
    ['an empty list of steps', 'work: { steps: [] }', 'found an empty list; accepted: at least one step'],
    ['an unknown balancer of a call', 'work: { steps: [{ call: db, slb: two-choice }] }', '(did you mean two-choices?)'],
    [
      'a timeout that no client has',
      'timeout: 1s, work: { steps: [{ call: db }] }',
      'found timeout of clients from outside, but the service has no traffic',
    ],
    [
      'async without calls',
      'async: true, threads: 2, work: { cpu: 1ms }',
      'found true, but the service calls no other; accepted: steps with a call',
    ],
    [
      'async without a limit of threads',
      'async: true, work: { steps: [{ call: db }] }',
      'found true, but the service works on all requests at once',
    ],
    ['work beside steps', 'work: { cpu: 1ms, steps: [{ call: db }] }', 'found the unknown key "cpu"; accepted: steps'],
  ]
  it('a deadline where the caller has none', async () => {
    const yaml = chain('work: { steps: [{ call: db, deadline: true }] }')
      .replace('timeout: 1s', 'timeout: 0')
      .replace('timeout: 500ms', 'timeout: 0')
    expect(await resolved(yaml)).toContain(
      'found true, but requests of api have no deadline; accepted: a timeout of api, or of the calls of it',
    )
  })
  it.each(wrong)('%s', async (_, api, message) => {
    expect(await resolved(chain(api))).toContain(message)
  })
})

describe('quantiles that the file asks for', () => {
  it('are metrics of the primary, of assertions and of `metrics`, and repeat no run', async () => {
    const asked = await right(
      chain(CALLS_DB, 'primary: latency-p95\nmetrics: [latency-p99.9, latency-p99]\nassert: [{ metric: latency-p75, below: 100 }]\n'),
    )
    const plan = planOf(asked, '0')
    expect(plan.quantiles).toEqual(['latency-p95', 'latency-p99.9', 'latency-p75'])
    expect(plan.runs[0].id).toBe(planOf(await right(chain(CALLS_DB)), '0').runs[0].id)
  })
  it('are between their neighbours, for the run and for each service; too few requests are refused with the count', async () => {
    const { variants } = await right(chain(CALLS_DB))
    const result = withQuantiles(simulate(await inputOf({ scenario: variants[0].scenario, seed: 1, replication: 0 })), [
      'latency-p90',
      'latency-p99.9',
    ])
    for (const { metrics } of [result, ...result.scopes!])
      if (metrics['latency-p90'] !== null) expect(metrics['latency-p90']).toBeGreaterThanOrEqual(metrics['latency-p50']!)
    expect(result.metrics['latency-p90']).toBeGreaterThan(result.metrics['latency-p50']!)
    expect(result.metrics['latency-p99.9']).toBeNull()
    expect(result.refused['latency-p99.9']).toMatch(/^needs 100000 observations for 100 beyond the quantile, the run had \d+$/)
  })
  it.each(['latency-p0', 'latency-p100', 'latency-p99.99999', 'latency-95'])('%s is no metric', async (id) => {
    expect(await resolved(chain(CALLS_DB, `primary: ${id}\n`))).toContain('or any quantile of the latency such as latency-p95')
  })
  it('imbalance has a name that says what it is', async () => {
    expect(await resolved(chain(CALLS_DB, 'primary: imbalance\n'))).toContain('(imbalance is now in-flight-imbalance)')
  })
})
