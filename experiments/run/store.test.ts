import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { RunResult } from '../../sim/index.ts'
import { execute, type Executor } from './execute.ts'
import { oneWave, type Plan } from '../plan/plan.ts'
import { localFiles } from '../file/load.ts'
import { Store, WORKER } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-store-'))
afterAll(() => rmSync(folder, { recursive: true }))

const result = (events: number): RunResult => ({
  metrics: { cost: 0.1, recovery: null },
  refused: { recovery: 'why' },
  latency: { buckets: Int32Array.of(1, 7), counts: Float64Array.of(2, NaN), sum: 3 },
  latencyByService: {},
  series: { rows: 1, columns: [{ name: 't', label: 't', unit: 's', role: 'time', values: Float64Array.of(-0) }] },
  events,
  notes: ['n'],
})

const runs = [0, 1, 2].map((replication) => ({ id: `id${replication}`, variant: 0, replication, seed: 1 }))
const plan = { variants: [{ scenario: {} }], quantiles: [], runs } as unknown as Plan

/** An executor that records its tasks; the task of replication `fails` throws. */
function machine(fails: number): Executor & { made: number[] } {
  const made: number[] = []
  return {
    made,
    run: ({ replication }) => {
      made.push(replication)
      return replication === fails ? Promise.reject(new Error('cut')) : Promise.resolve({ result: result(replication), seconds: 1 })
    },
    close: () => Promise.resolve(),
  }
}

describe('the store of finished runs', () => {
  it('returns stored results bit by bit', () => {
    const store = new Store(join(folder, 'a'), 'code')
    expect(store.get('x')).toBeUndefined()
    store.keep('x', result(5))
    expect(new Store(join(folder, 'a'), 'code').get('x')).toEqual(result(5))
    expect(Object.is((store.get('x')!.series.columns[0].values as Float64Array)[0], -0)).toBe(true)
  })

  it('ignores results of other code, and partial files', () => {
    const home = join(folder, 'b')
    new Store(home, 'code').keep('x', result(5))
    expect(new Store(home, 'other').get('x')).toBeUndefined()
    writeFileSync(join(home, '.unfinished-code', 'y'), 'torn')
    expect(new Store(home, 'code').get('y')).toBeUndefined()
  })

  it('any flipped bit, any cut, and the file of another run are noticed: the run is repeated, never a wrong value taken', () => {
    const home = join(folder, 'flipped')
    const store = new Store(home, 'code')
    store.keep('x', result(5))
    store.keep('other', result(6))
    const path = join(home, '.unfinished-code', 'x')
    const whole = readFileSync(path)
    const refuses = (bytes: Uint8Array): void => {
      const before = store.damaged.length
      writeFileSync(path, bytes)
      expect(store.get('x')).toBeUndefined()
      expect({ counted: store.damaged.length - before, kept: existsSync(path) }).toEqual({ counted: 1, kept: false })
    }
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const bytes = Uint8Array.from(whole)
      bytes[bit >> 3] ^= 1 << (bit & 7)
      refuses(bytes)
    }
    for (let length = 0; length < whole.length; length += 7) refuses(whole.subarray(0, length))
    refuses(Buffer.concat([whole, Buffer.from([0])]))
    refuses(readFileSync(join(home, '.unfinished-code', 'other')))
    writeFileSync(path, whole)
    expect(store.get('x')).toEqual(result(5))
  })

  it('a damaged result is computed again, and the execution says which', async () => {
    const home = join(folder, 'damaged')
    await execute(plan, oneWave(plan), machine(-1), new AbortController().signal, { store: new Store(home, 'code') })
    writeFileSync(join(home, '.unfinished-code', 'id1'), 'damage')
    const second = machine(-1)
    const again = await execute(plan, oneWave(plan), second, new AbortController().signal, { store: new Store(home, 'code') })
    expect({ made: second.made, resumed: again.resumed, damaged: again.damaged }).toEqual({ made: [1], resumed: 2, damaged: ['id1'] })
    const third = machine(-1)
    await execute(plan, oneWave(plan), third, new AbortController().signal, { store: new Store(home, 'code') })
    expect(third.made).toEqual([])
  })

  it('clear removes the results of any code, and nothing else', () => {
    const home = join(folder, 'c')
    new Store(home, 'one').keep('x', result(1))
    new Store(home, 'two').keep('x', result(1))
    writeFileSync(join(home, 'runs.csv'), '')
    new Store(home, 'two').clear()
    expect(readdirSync(home)).toEqual(['runs.csv'])
    new Store(join(folder, 'never'), 'one').clear()
  })

  it('a folder that cannot be written does not fail a run', () => {
    const home = join(folder, 'd')
    mkdirSync(home)
    writeFileSync(join(home, '.unfinished-code'), 'in the way')
    new Store(home, 'code').keep('x', result(1))
    expect(existsSync(join(home, '.unfinished-code', 'x'))).toBe(false)
  })

  it('with check stored results are not used', async () => {
    const store = new Store(join(folder, 'f'), 'code')
    await execute(plan, oneWave(plan), machine(-1), new AbortController().signal, { store })
    const checked = { ...plan, variants: [{ scenario: { check: true } }] } as unknown as Plan
    const second = machine(-1)
    const { resumed } = await execute(checked, oneWave(checked), second, new AbortController().signal, { store })
    expect({ made: second.made, resumed }).toEqual({ made: [0, 1, 2], resumed: 0 })
  })

  it('the code is identified by the worker and its imports', () => {
    const files = localFiles(WORKER).map((path) => path.replaceAll('\\', '/'))
    for (const one of [
      'sim/simulation',
      'sim/slb/members/two-choices',
      'sim/scheduling/members/best-fit',
      'sim/random/stream',
      'workloads/index',
      'experiments/run/run',
      'experiments/file/scenario',
    ]) {
      expect(
        files.filter((path) => path.endsWith(`/${one}.ts`)),
        one,
      ).toHaveLength(1)
    }
  })

  it('a second call runs only the unfinished runs, with equal results', async () => {
    const store = new Store(join(folder, 'e'), 'code')
    const first = machine(1)
    const cut = await execute(plan, oneWave(plan), first, new AbortController().signal, { store })
    expect({ made: first.made, finished: cut.finished.length, failed: cut.failed.length, resumed: cut.resumed }).toEqual({
      made: [0, 1, 2],
      finished: 2,
      failed: 1,
      resumed: 0,
    })
    const second = machine(-1)
    const whole = await execute(plan, oneWave(plan), second, new AbortController().signal, { store })
    expect({ made: second.made, resumed: whole.resumed }).toEqual({ made: [1], resumed: 2 })
    const atOnce = await execute(plan, oneWave(plan), machine(-1), new AbortController().signal)
    expect(whole.finished).toEqual(atOnce.finished)
  })
})
