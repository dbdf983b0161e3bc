import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { RunResult } from '../../sim/index.ts'
import { oneWave, type Plan } from '../plan/plan.ts'
import { Cache, cachedCodes, cacheFolder, cacheLimit, clearCache, type CacheOptions } from './cache.ts'
import { execute, type Executor } from './execute.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-cache-'))
afterAll(() => rmSync(folder, { recursive: true }))

const result = (events: number): RunResult => ({ metrics: { cost: events }, events, notes: [] }) as unknown as RunResult
const runs = [0, 1, 2].map((replication) => ({ id: `id${replication}`, variant: 0, replication, seed: 1 }))
const plan = { variants: [{ scenario: {} }], quantiles: [], runs } as unknown as Plan

/** An executor that counts its tasks and gives `value` as each result. */
function machine(value = 0): Executor & { made: number[] } {
  const made: number[] = []
  return {
    made,
    run: ({ replication }) => (made.push(replication), Promise.resolve({ result: result(replication + value), seconds: 2 })),
    close: () => Promise.resolve(),
  }
}

const cacheIn = (name: string, options: CacheOptions = {}): Cache => new Cache(join(folder, name), { code: 'c', ...options })
const go = (cache: Cache, executor: Executor, of = plan) => execute(of, oneWave(of), executor, new AbortController().signal, { cache })

describe('the cache', () => {
  it('a run is computed once, whichever study asks, with equal results and the wall time of the computation', async () => {
    const first = await go(cacheIn('a'), machine())
    const second = machine()
    const cache = cacheIn('a')
    const again = await go(cache, second)
    expect({ made: second.made, found: cache.found, finished: again.finished }).toEqual({ made: [], found: 3, finished: first.finished })
    expect([...again.seconds.values()]).toEqual([2, 2, 2])
  })

  it('other code, --fresh and check compute', async () => {
    await go(cacheIn('b'), machine())
    const checked = { ...plan, variants: [{ scenario: { check: true } }] } as unknown as Plan
    for (const [cache, of] of [
      [cacheIn('b', { code: 'other' }), plan],
      [cacheIn('b', { reads: false }), plan],
      [cacheIn('b'), checked],
    ] as const) {
      const executor = machine()
      await go(cache, executor, of)
      expect(executor.made).toEqual([0, 1, 2])
    }
  })

  it('a damaged result is computed again', async () => {
    await go(cacheIn('d'), machine())
    const path = join(folder, 'd', 'runs-c', 'id1')
    const bytes = readFileSync(path)
    bytes[bytes.length - 1] ^= 1
    writeFileSync(path, bytes)
    const executor = machine()
    await go(cacheIn('d'), executor)
    expect(executor.made).toEqual([1])
    const third = machine()
    await go(cacheIn('d'), third)
    expect(third.made).toEqual([])
  })

  it('verified results are computed again; one that differs is named and replaced', async () => {
    await go(cacheIn('v'), machine())
    const same = cacheIn('v', { verify: 1 })
    await go(same, machine())
    expect([same.verified, same.different]).toEqual([3, []])
    const other = cacheIn('v', { verify: 1 })
    const { finished } = await go(other, machine(10))
    expect(other.different).toEqual(['id0', 'id1', 'id2'])
    expect(finished.map((one) => one.result.events)).toEqual([10, 11, 12])
    const after = cacheIn('v')
    expect(after.get('id2')?.result.events).toBe(12)
    const share = cacheIn('v', { verify: 0.25 })
    const chosen = Array.from({ length: 2000 }, (_, i) => share.verifies(`run ${i}`)).filter(Boolean).length
    expect(chosen).toBeGreaterThan(440)
    expect(chosen).toBeLessThan(560)
  })

  it('what was used longest ago leaves first, and only results are removed', () => {
    const cache = cacheIn('t')
    for (let i = 0; i < 10; i++) cache.keep(`r${i}`, result(i), 0)
    const home = join(folder, 't', 'runs-c')
    for (let i = 0; i < 10; i++) utimesSync(join(home, `r${i}`), 1000 + i, 1000 + i)
    cache.get('r0')
    writeFileSync(join(folder, 't', 'mine'), 'kept')
    const [{ bytes }] = cachedCodes(join(folder, 't'))
    const small = cacheIn('t', { limit: bytes / 2 })
    small.trim()
    expect(readdirSync(home)).toHaveLength(10) // nothing was added
    small.keep('new', result(1), 0)
    small.trim()
    expect(readdirSync(home).sort()).toEqual(['new', 'r0', 'r8', 'r9'])
    clearCache(join(folder, 't'))
    expect(readdirSync(join(folder, 't'))).toEqual(['mine'])
  })

  it('a folder that cannot be written does not fail a run', async () => {
    writeFileSync(join(folder, 'file'), '')
    const executor = machine()
    const { finished } = await go(cacheIn('file'), executor)
    expect(finished).toHaveLength(3)
    expect(existsSync(join(folder, 'file', 'runs-c'))).toBe(false)
  })

  it('the environment says where it is, and how large', () => {
    expect(cacheFolder({ ORCHSIM_CACHE: 'off' })).toBeUndefined()
    expect(cacheFolder({ ORCHSIM_CACHE: '/x' })).toBe('/x')
    expect(cacheLimit({})).toBe(1024 * 1024 * 1024)
    expect(cacheLimit({ ORCHSIM_CACHE_LIMIT: '500Mi' })).toBe(500 * 1024 * 1024)
    expect(() => cacheLimit({ ORCHSIM_CACHE_LIMIT: 'much' })).toThrow(
      'ORCHSIM_CACHE_LIMIT: found "much"; accepted: a size such as 500Mi or 2Gi',
    )
  })
})
