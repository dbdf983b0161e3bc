/** The published comparisons are complete, and their golden rows belong to the current files. `npm run golden` runs all of them; this test only the quickest. */
import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { FAMILIES, goldenPath, published, withPublished, type Golden } from './published.fixture.ts'
import { readExperiment } from './file/spec.ts'
import { problemsText } from './file/document.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
describe('published comparisons', () => {
  it('at least two per family, and one of all four', () => {
    for (const family of FAMILIES)
      expect(published().filter((name) => name.startsWith(`${family}/`)).length, family).toBeGreaterThanOrEqual(2)
    expect(published().some((name) => name.startsWith('loop/'))).toBe(true)
  })

  it.each(published())('%s: a question, an expected finding that is asserted, and golden rows of this file', async (name) => {
    const text = readFileSync(here(name), 'utf8')
    expect(text.split('\nname:')[0]).toContain('Expected')
    const resolved = await readExperiment(here(name))
    if ('problems' in resolved) throw new Error(problemsText(resolved.problems))
    const { question, assert, primary, variants } = resolved.experiment
    expect(question).toMatch(/\?$/)
    expect(assert.length).toBeGreaterThan(0)
    const file = goldenPath(name)
    expect(existsSync(file), 'npm run golden -- --write').toBe(true)
    const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden
    expect(golden.experiment, 'the experiment changed: npm run golden -- --write').toBe(createHash('sha256').update(text).digest('hex'))
    expect(golden.rows.filter(({ metric }) => metric === primary)).toHaveLength(variants.length)
    expect(golden.rows.every(({ n, mean }) => n > 1 && mean !== null)).toBe(true)
  })

  it('the table in the README is up to date (npm run docs)', () => {
    const readme = readFileSync(here('./README.md'), 'utf8')
    expect(withPublished(readme)).toBe(readme)
  })

  it('the quickest comparison has the published result', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [here('../scripts/golden.mjs'), 'binpacking/heuristics'], {
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('as published')
  })
})
