import { describe, expect, test } from 'vitest'
import { fixtureStudy } from './study.fixture.ts'
import { comparisonText } from './terminal.ts'

describe('comparison on a terminal', () => {
  test('is a table with units, a legend, a sentence per contrast and the notes', () => {
    // Frozen: guards against silent change of wording and alignment, not against having been wrong.
    const study = fixtureStudy({ variants: 3, replications: 4, requests: 10, samples: 2, name: (i) => ['loose', 'tight', 'tightest'][i] })
    expect(comparisonText(study, { colour: false })).toMatchInlineSnapshot(`
      "Does tighter packing hurt the tail of request latency?

      variant    SLO misses [%] *                 cost [$]   latency p99 [ms]   latency p50 [ms]   goodput [requests/s]
      --------   -------------------------   -------------   ----------------   ----------------   --------------------
      loose      1.57 +/- 0.33    baseline   232.7 +/- 5.1          82 +/- 13       13.2 +/- 2.4          787.4 +/- 2.6
      tight      2.45 +/- 0.53  - worse      186.1 +/- 4.1         102 +/- 16       13.2 +/- 2.3          780.4 +/- 4.2
      tightest   3.45 +/- 0.83  - worse      155.1 +/- 3.4         122 +/- 23       13.2 +/- 2.3          772.4 +/- 6.7

      * primary metric; mean +/- half the 95 % interval; + better, - worse, = equivalent, ? inconclusive

      paired over 4 replications, 95 % t interval against loose:
        tight: SLO misses +0.88 points [0.68, 1.09], worse
        tightest: SLO misses +1.88 points [1.30, 2.45], worse
      note: one trace is one sample: the background comes from a single week of one cluster
      "
    `)
  })

  test('all lines of the table are aligned, also with long names and names beyond ASCII', () => {
    const study = fixtureStudy({ variants: 3, replications: 2, requests: 10, samples: 2, name: (i) => ['größe', 'x'.repeat(90), '短い'][i] })
    const text = comparisonText(study, { colour: false }).split('\n')
    const rule = text.findIndex((line) => line.startsWith('---'))
    const starts = [...text[rule].matchAll(/(?<=   )-/g)].map((match) => match.index)
    for (const line of text.slice(rule - 1, rule + 4)) {
      const characters = Array.from(line)
      for (const start of starts) expect(characters.slice(start - 3, start).join('').trim()).toBe('')
    }
  })

  test('is ASCII but for names, and has colour only when asked', () => {
    const study = fixtureStudy({ variants: 12, replications: 3, requests: 10, samples: 2, name: (i) => `v${i}` })
    const plain = comparisonText(study, { colour: false })
    expect(plain).toMatch(/^[\x20-\x7e\n]+$/)
    const coloured = comparisonText(study, { colour: true })
    expect(coloured).toContain('\u001b[')
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(plain)
  })

  test('control characters of names and notes never reach the terminal', () => {
    const study = { ...fixtureStudy({ variants: 2, replications: 2, requests: 10, samples: 2, name: (i) => `a\u001b[2J${i}` }), notes: ['x\u0007'], question: 'q\u001b]0;t' }
    expect(comparisonText(study, { colour: false })).not.toMatch(/[\u001b\u0007]/)
  })

  test('one variant, one replication, nothing at all: each says so', () => {
    expect(comparisonText(fixtureStudy({ variants: 1, requests: 10, samples: 2 }), { colour: false })).not.toContain('paired')
    expect(comparisonText(fixtureStudy({ variants: 2, replications: 1, requests: 10, samples: 2 }), { colour: false })).toContain('inconclusive (one replication gives no interval)')
    expect(comparisonText(fixtureStudy({ variants: 2, empty: true }), { colour: false })).toContain('no metric has a value: nothing to compare')
    expect(comparisonText(fixtureStudy({ variants: 1, empty: true, primary: 'latency-p999' }), { colour: false })).toContain('latency-p999: p99.9 needs 100,000 requests')
  })
})
