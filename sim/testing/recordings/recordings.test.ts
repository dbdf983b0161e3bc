import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { parseRecording, replayRecording } from './index.ts'

const DATA = new URL('./data/', import.meta.url)
const files = (readdirSync(DATA, { recursive: true }) as string[]).filter((name) => name.endsWith('.json.gz')).sort()

describe('recordings of the real programs', () => {
  it.each(files)('%s: every case is decided as recorded', (file) => {
    const recording = parseRecording(gunzipSync(readFileSync(new URL(file, DATA))).toString())
    const { passed, failed } = replayRecording(recording)
    expect(failed).toEqual([])
    expect(passed).toBe(recording.cases.length)
    expect(passed).toBeGreaterThan(0)
  })

  it('a changed recording is noticed: a replay does not pass whatever it reads', () => {
    const text = gunzipSync(readFileSync(new URL('controllers/deployment.json.gz', DATA))).toString()
    const recording = parseRecording(text.replace(/"size": ?3/, '"size": 4'))
    expect(replayRecording(recording).failed.length).toBeGreaterThan(0)
  })

  it('refuses what is no recording, and schemas, families and systems that are not known', () => {
    expect(() => parseRecording('{}')).toThrow('the file holds no list of cases')
    expect(() => replayRecording({ schema: 'other/1', family: 'x', cases: [] })).toThrow('schema "other/1" is not known; accepted: ')
    expect(() => replayRecording({ schema: 'orchsim-controllers-oracle/1', family: 'x', cases: [] })).toThrow('family "x"')
    expect(() => replayRecording({ system: 'Other 1', family: '', schema: '', cases: [] })).toThrow(
      'system "Other 1" is not known; accepted: ',
    )
  })
})

describe('cases that the recordings leave out, by the source of each program', () => {
  const down = (...slots: number[]) => slots.map((slot) => `127.0.0.1:${19401 + slot}`)
  const cases: readonly (readonly [what: string, system: string, recorded: object])[] = [
    ['HAProxy: a weight of 0 gets nothing', 'HAProxy', { family: 'roundrobin', backend: ['balance roundrobin'], servers: ['server s0 a:1 weight 2', 'server s1 a:2 weight 0', 'server s2 a:3 weight 1'], picks: [0, 0, 2, 0, 0, 2] }], // prettier-ignore
    ['HAProxy: map of 2, 2 with a disabled weight of 1 has four places: 0, 1, 0, 1', 'HAProxy', { family: 'source', backend: ['balance source', 'hash-type map-based'], servers: ['server s0 a:1 weight 2', 'server s1 a:2 weight 2', 'server s2 a:3 weight 1 disabled'], map: [['0.0.0.2', 0], ['0.0.0.3', 1], ['0.0.0.1', 1]] }], // prettier-ignore
    ['HAProxy: no server, 503', 'HAProxy', { family: 'static-rr', backend: ['balance static-rr'], servers: ['server s0 a:1 weight 0'], picks: [-503, -503] }], // prettier-ignore
    ['Caddy: all upstreams refuse: 502 for the request that tried, 503 from then on', 'Caddy', { family: 'down-retry', policy: { policy: 'round_robin' }, upstreams: down(0, 1).map((dial) => ({ dial })), refusing: [0, 1], load_balancing: { try_duration: '5s' }, passive_health: { max_fails: 1 }, picks: [-502, -503, -503] }], // prettier-ignore
    ['Traefik: all weights 0, 503', 'Traefik', { family: 'wrr-servers', weights: [0, 0], picks: [-503, -503] }],
    ['Traefik: all weights 0 by hash, 503', 'Traefik', { family: 'hrw-services', weights: [0], map: [['10.0.0.1', -503]] }],
    ['Envoy: all hosts unhealthy, 503 by turns', 'Envoy', { family: 'rr-equal', weights: [1, 1], unhealthy: [0, 1], picks: [-503, -503] }],
    ['Envoy: all hosts unhealthy, 503 by ring', 'Envoy', { family: 'ring-hash', weights: [1], unhealthy: [0], map: [['k', -503]] }],
    ['Envoy: all hosts unhealthy, 503 at random', 'Envoy', { family: 'random', weights: [1], unhealthy: [0], then_quick: 9, counts: { '-503': 9 } }], // prettier-ignore
    ['nginx: an empty key takes turns', 'nginx', { family: 'hash', directive: 'hash $arg_q;', servers: ['a:1', 'a:2 weight=2'], map: [['', 1], ['', 0], ['', 1]] }], // prettier-ignore
    ['nginx: the only server is down, 502', 'nginx', { family: 'wrr-down', directive: '', servers: ['127.0.0.1:1 down'], picks: [-502] }],
  ]
  it.each(cases)('%s', (_what, system, recorded) => {
    const replayed = replayRecording({ system: `${system} 1`, family: '', schema: '', cases: [{ id: 'by-hand', ...recorded }] })
    expect(replayed.failed).toEqual([])
    // and the comparison is one: another answer is a difference
    const wrong = JSON.parse(JSON.stringify(recorded).replace(/-50[23]/g, '0').replace('0,0,2,0', '0,2,2,0').replace('"0.0.0.3",1', '"0.0.0.3",0').replace('["",0]', '["",1]')) as object // prettier-ignore
    expect(replayRecording({ system: `${system} 1`, family: '', schema: '', cases: [{ id: 'wrong', ...wrong }] }).failed).toHaveLength(1)
  })
})
