import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fromJSONSchema } from 'zod'
import { summaryOf } from './plain.ts'
import { fixtureStudy } from '../study.fixture.ts'

const schema = JSON.parse(readFileSync(new URL('../summary.schema.json', import.meta.url), 'utf8')) as Parameters<typeof fromJSONSchema>[0]
const form = fromJSONSchema(schema)

const small = { requests: 1000, samples: 120 }
const studies = {
  'two axes': fixtureStudy({ ...small, variants: 8, replications: 3 }),
  'one variant': fixtureStudy({ ...small, variants: 1, replications: 1 }),
  'two variants, one replication': fixtureStudy({ ...small, variants: 2, replications: 1 }),
  nothing: fixtureStudy({ variants: 2, empty: true }),
  'no variants': { ...fixtureStudy({ variants: 1, empty: true }), variants: [], runs: [], axes: [] },
  drift: { ...fixtureStudy({ ...small, variants: 2, replications: 3 }), warmup: 0 },
}

describe('--json', () => {
  test.each(Object.entries(studies))('%s: JSON without loss, of the form that summary.schema.json promises', (_, study) => {
    const plain = summaryOf(study)
    expect(JSON.parse(JSON.stringify(plain))).toEqual(plain)
    expect(form.safeParse(plain)).toMatchObject({ success: true })
  })

  test('the schema refuses what it does not promise, so passing it means something', () => {
    const plain = summaryOf(studies['two axes'])
    const [row] = plain.rows
    for (const wrong of [
      { ...plain, version: 2 },
      { ...plain, extra: 1 },
      { ...plain, rows: [{ ...row, mean: 'much' }] },
      { ...plain, rows: [{ ...row, sd: undefined }] },
      { ...plain, verdicts: undefined },
    ]) {
      expect(form.safeParse(wrong).success).toBe(false)
    }
  })

  test('has effects and interactions with their axes in words, the primary metric first', () => {
    const { effects } = summaryOf(studies['two axes'])
    expect(effects[0]).toMatchObject({
      metric: 'slo-misses',
      kind: 'main',
      name: 'scheduling: best-fit against least-allocated',
      factors: [{ axis: 'scheduling', level: 'best-fit', against: 'least-allocated' }],
    })
    // four schedulers and two of the three balancers, the third not having been run: 3 + 1 main effects and 3 interactions
    expect(effects.filter(({ metric }) => metric === 'slo-misses').map(({ kind, contrast }) => `${kind} ${contrast.pairs}`)).toEqual([
      'main 3',
      'main 3',
      'main 3',
      'main 3',
      'interaction 3',
      'interaction 3',
      'interaction 3',
    ])
  })
})
