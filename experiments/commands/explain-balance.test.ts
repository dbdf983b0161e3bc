/** `orchsim explain balance` as a user runs it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { balancers } from '../../sim/index.ts'
import type { Pick } from './balance-run.ts'
import type { Screens } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { explainCommand } from './explain.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-balance-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
async function run(content: string | object, json = false, pod: readonly string[] = []) {
  const file = join(folder, `script-${files++}.yaml`)
  writeFileSync(file, typeof content === 'string' ? content : stringify(content))
  const said = { out: '', err: '' }
  const screen = (key: 'out' | 'err') => ({ write: (text: string) => ((said[key] += text), true) })
  const code = await explainCommand('balance', file, { pod, json }, { out: screen('out'), err: screen('err') } as unknown as Screens)
  return { code, ...said }
}

async function picksOf(script: object): Promise<Pick[]> {
  const { code, out, err } = await run(script, true)
  expect(err).toBe('')
  expect(code).toBe(EXIT.done)
  const lines = out.trimEnd().split('\n').slice(1)
  return lines.map((line) => JSON.parse(line) as Pick)
}

const two = [{ name: 'a', weight: 4 }, { name: 'b' }]

describe('picks and the state that led to them', () => {
  it('a failure lowers nginx’s effective weight; the retry avoids the server', async () => {
    const picks = await picksOf({
      slb: { name: 'nginx-round-robin', maxFails: 2 },
      servers: two,
      events: [
        { request: 'r1', client: 7 },
        { end: 'r1', at: '10ms', outcome: 'refused' },
        { request: 'r2', retryOf: 'r1' },
      ],
    })
    expect(picks).toEqual([
      {
        at: 0,
        request: 'r1',
        client: 7,
        avoids: null,
        server: 'a',
        answer: 'picked',
        servers: {
          a: { up: true, weight: 4, inFlight: 0, held: { effectiveWeight: 4, currentWeight: 0, fails: 0 } },
          b: { up: true, weight: 1, inFlight: 0, held: { effectiveWeight: 1, currentWeight: 0, fails: 0 } },
        },
      },
      {
        at: 10_000,
        request: 'r2',
        client: null,
        avoids: 'a',
        server: 'b',
        answer: 'picked',
        servers: {
          a: { up: true, weight: 4, inFlight: 0, held: { effectiveWeight: 2, currentWeight: -1, fails: 1 } },
          b: { up: true, weight: 1, inFlight: 0, held: { effectiveWeight: 1, currentWeight: 1, fails: 0 } },
        },
      },
    ])
  })

  it('a queued request is picked when a server becomes free, one that ends in the queue is not', async () => {
    const picks = await picksOf({
      slb: { name: 'haproxy-first', maxConn: 1 },
      servers: [{ name: 'a' }],
      events: [{ request: 'r1' }, { request: 'r2' }, { request: 'r3' }, { end: 'r2' }, { end: 'r1', at: '1s' }],
    })
    expect(picks.map(({ request, answer, at }) => `${request} ${answer} ${at}`)).toEqual([
      'r1 picked 0',
      'r2 queued 0',
      'r3 queued 0',
      'r3 picked 1000000',
    ])
  })

  it('servers go down and come up; without any, and when all are full, there is none', async () => {
    const picks = await picksOf({
      slb: { name: 'caddy-round-robin', maxRequests: 1 },
      servers: [{ name: 'a' }, { name: 'b', state: 'down' }],
      events: [{ request: 'r1' }, { request: 'r2' }, { up: 'b' }, { request: 'r3' }, { down: 'a' }, { down: 'b' }, { quick: 1 }],
    })
    expect(picks.map(({ server, answer }) => server ?? answer)).toEqual(['a', 'rejected', 'b', 'no-backend'])
    expect(picks[3].servers['a']).toEqual({ up: false, weight: 1, inFlight: 1, held: {} })
  })

  it('the text has a line per pick and marks the server', async () => {
    const { out } = await run({ slb: 'round-robin', servers: two, events: [{ quick: 2 }] })
    expect(out.split('\n').slice(1)).toEqual(['0s  quick 1  a  a* 0; b 0', '0s  quick 2  b  a 0; b* 0', ''])
  })

  it.each(balancers.all.map(({ name }) => name))('%s can be explained, and equal files give equal bytes', async (name) => {
    const script = {
      slb: name,
      seed: 'x',
      servers: [{ name: 'a', weight: 3 }, { name: 'b' }, { name: 'c', weight: 2 }],
      events: [
        { request: 'r1', client: 4 },
        { quick: 5, at: '2s' },
        { down: 'a' },
        { quick: 2, client: 4 },
        { up: 'a' },
        { end: 'r1' },
        { quick: 3 },
      ],
    }
    const { code, out } = await run(script, true)
    expect(code).toBe(EXIT.done)
    expect(out.trimEnd().split('\n').length).toBeGreaterThanOrEqual(12)
    expect((await run(script, true)).out.split('\n').slice(1)).toEqual(out.split('\n').slice(1))
  })
})

describe('recorded cases of nginx as scripts', () => {
  interface Recorded {
    readonly family: string
    readonly weights: readonly number[]
    readonly ops: readonly (readonly ['open' | 'quick' | 'close', number, number])[]
  }
  const data = gunzipSync(readFileSync(new URL('../../sim/testing/recordings/data/nginx/nginx.json.gz', import.meta.url)))
  const cases = (JSON.parse(data.toString()) as { readonly cases: readonly Recorded[] }).cases.filter(
    ({ family }) => family === 'least-conn',
  )

  it.each(cases.slice(0, 5).map((one, i) => [i, one] as const))('least-conn %i', async (_, { weights, ops }) => {
    const events = ops.flatMap(([action, id]) =>
      action === 'close' ? [{ end: `r${id}` }] : [{ request: `r${id}` }, ...(action === 'quick' ? [{ end: `r${id}` }] : [])],
    )
    const picks = await picksOf({ slb: 'nginx-least-conn', servers: weights.map((weight, i) => ({ name: `s${i}`, weight })), events })
    expect(picks.map(({ server }) => server)).toEqual(ops.filter(([action]) => action !== 'close').map(([, , server]) => `s${server}`))
  })
})

describe('files with problems', () => {
  const valid = { slb: 'round-robin', servers: two, events: [] }

  it.each([
    [{ ...valid, slb: 'nginx-round-robbin' }, 'slb  found the unknown balancer "nginx-round-robbin"; accepted: '],
    [{ ...valid, slb: { name: 'envoy-maglev', tableSize: 100 } }, 'slb.tableSize  found 100; accepted: a prime number'],
    [{ ...valid, server: [] }, 'found the unknown key server; accepted: slb, seed, servers, events (did you mean servers?)'],
    [{ ...valid, servers: 3 }, 'servers  found 3; accepted: a list of servers'],
    [{ ...valid, servers: [{ name: 'a', weight: 0 }] }, 'weight  found 0; accepted: a whole number between 1 and 1000000'],
    [{ ...valid, servers: [{ name: 'a', state: 'dead' }] }, 'state  found dead; accepted: up, down'],
    [{ ...valid, servers: [{ name: 'a' }, { name: 'a' }] }, 'found the name a twice; accepted: names that differ'],
    [{ ...valid, events: [{ start: 'r1' }] }, 'accepted: a map with one of request, end, quick, down, up'],
    [{ ...valid, events: [{ end: 'r1' }] }, 'found r1; accepted: a request above that has not ended'],
    [{ ...valid, events: [{ request: 'r1' }, { request: 'r1' }] }, 'found the request r1 twice; accepted: names that differ'],
    [{ ...valid, events: [{ request: 'r1' }, { request: 'r2', retryOf: 'r1' }] }, 'found r1; accepted: a request above that has ended'],
    [{ ...valid, events: [{ down: 'bb' }] }, 'found bb; accepted: the name of a server'],
    [
      {
        ...valid,
        events: [
          { quick: 1, at: '2s' },
          { quick: 1, at: '1s' },
        ],
      },
      'found a time before the event above; accepted: times that do not go back',
    ],
    [{ ...valid, events: [{ quick: 0 }] }, 'quick  found 0; accepted: a whole number between 1 and 100000'],
    [{ ...valid, events: [{ quick: 1, clients: 1 }] }, 'found the unknown key clients; accepted: quick, at, client'],
  ])('%j', async (script, message) => {
    const { code, err, out } = await run(script)
    expect(code).toBe(EXIT.wrong)
    expect(out).toBe('')
    expect(err.replaceAll('"', '')).toContain(message.replaceAll('"', ''))
    expect(err).toMatch(/script-\d+\.yaml:\d+:\d+/)
  })

  it('--pod belongs to schedule', async () => {
    const { code, err } = await run(valid, false, ['a/b'])
    expect(code).toBe(EXIT.wrong)
    expect(err).toContain('found --pod with balance; accepted: --pod with schedule')
  })
})

// In a process: tests run in worker threads, and the command in the main thread.
describe("a user's own balancer, by the executable", () => {
  const program = fileURLToPath(new URL('../../bin/orchsim.js', import.meta.url))
  const script = { slb: { file: './own.ts' }, servers: [{ name: 'a' }, { name: 'b' }], events: [{ quick: 2 }] }
  const explained = (pick: string) => {
    writeFileSync(join(folder, 'own.ts'), `export default { name: 'mine', pick(backends) { ${pick} } }\n`)
    writeFileSync(join(folder, 'own.yaml'), stringify(script))
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'explain', 'balance', join(folder, 'own.yaml')], {
      encoding: 'utf8',
    })
    return { status, stdout, stderr }
  }

  it('picks', () => {
    expect(explained('return backends.count - 1').stdout).toMatch(/mine.*the user's own balancer\n0s {2}quick 1 {2}b /)
  })

  it('what it throws is told with its place', () => {
    expect(explained("throw new Error('oops')")).toEqual({
      status: EXIT.wrong,
      stdout: '',
      stderr: 'orchsim explain balance: mine: oops (own.ts:1:55)\n',
    })
  })
})
