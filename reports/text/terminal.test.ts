import { describe, expect, test } from 'vitest'
import { fixtureStudy } from '../study.fixture.ts'
import { comparisonText } from './terminal.ts'

describe('comparison on a terminal', () => {
  test('is a table with units, a legend, a sentence per contrast and the notes', () => {
    // Frozen: guards against silent change of wording and alignment, not against having been wrong.
    const study = fixtureStudy({ variants: 3, replications: 4, requests: 10, samples: 2, name: (i) => ['loose', 'tight', 'tightest'][i] })
    expect(comparisonText(study, { colour: false })).toMatchInlineSnapshot(`
      "Does tighter packing hurt the tail of request latency?
      In SLO misses, of 2 variants compared with loose, all are worse (tight; tightest). tightest raises SLO misses by 1.88
      percentage points compared with loose (95 % interval 1.30 to 2.45): worse.

      variant    SLO misses [%] *                      cost [$]   latency p99 [ms]   latency p50 [ms]   goodput [requests/s]
      --------   --------------------------   -----------------   ----------------   ----------------   --------------------
      loose      1.57 +/- 0.33 <   baseline   232.7 +/- 5.1          82 +/- 13 <     13.2 +/- 2.4          787.4 +/- 2.6 <
      tight      2.45 +/- 0.53   - worse      186.1 +/- 4.1   +     102 +/- 16   -   13.2 +/- 2.3   =      780.4 +/- 4.2   =
      tightest   3.45 +/- 0.84   - worse      155.1 +/- 3.4 < +     122 +/- 23   -   13.2 +/- 2.3 < =      772.4 +/- 6.7   -

      mean +/- half the 95 % interval, or mean [interval] where it is lopsided; * primary metric, all others are exploratory;
      < best mean of its column; + better; - worse; = equivalent; ? inconclusive; 15 more metrics in summary.csv

      paired over 4 replications, 95 % t interval against loose:
        tight raises SLO misses by 0.88 percentage points compared with loose (95 % interval 0.68 to 1.09): worse.
        tightest raises SLO misses by 1.88 percentage points compared with loose (95 % interval 1.30 to 2.45): worse.

      over time, mean of replications:
        demand [requests/s], 830 to 872
          loose    ▄▇
          tight    ▁█
          tightest ▁█
        SLO misses [%]: always 0
        ready pods [pods], 59.5 to 62.3
          loose    ▃█
          tight    ▁▇
          tightest ▃█
        nodes [nodes], 736 to 1,107
          loose    ██
          tight    ▄▄
          tightest ▁▁
        pending pods [pods]: always 0
        CPU use of service pods over request [%], 67.0 to 72.3
          loose    ▅█
          tight    ▁▅
          tightest ▄▂
        CPU requested over allocatable [%], 63.3 to 63.5
          all      ▁█
        CPU used over allocatable [%], 47.4 to 48.6
          loose    ▁▅
          tight    █▇
          tightest ▁▂

      note: one trace is one sample: the background comes from a single week of one cluster
      "
    `)
  })

  test('all lines of the table are aligned, also with long names and names beyond ASCII', () => {
    const study = fixtureStudy({
      variants: 3,
      replications: 2,
      requests: 10,
      samples: 2,
      name: (i) => ['größe', 'x'.repeat(90), '短い'][i],
    })
    const text = comparisonText(study, { colour: false }).split('\n')
    const rule = text.findIndex((line) => line.startsWith('---'))
    const starts = [...text[rule].matchAll(/(?<=   )-/g)].map((match) => match.index)
    for (const line of text.slice(rule - 1, rule + 4)) {
      const characters = Array.from(line)
      for (const start of starts)
        expect(
          characters
            .slice(start - 3, start)
            .join('')
            .trim(),
        ).toBe('')
    }
  })

  test('is ASCII but for names and sparklines, and has colour only when asked', () => {
    const study = fixtureStudy({ variants: 12, replications: 3, requests: 10, samples: 2, name: (i) => `v${i}` })
    const plain = comparisonText(study, { colour: false })
    expect(plain).toMatch(/^[\x20-\x7e\n▁▂▃▄▅▆▇█]+$/)
    const coloured = comparisonText(study, { colour: true })
    expect(coloured).toContain('\u001b[')
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(plain)
  })

  test.each([80, 120])('the table and its legend fit %d columns: metrics that do not are left out and counted', (width) => {
    const study = fixtureStudy({ variants: 8, replications: 3, requests: 10, samples: 20 })
    const text = comparisonText(study, { colour: false, width })
    const table = text.slice(0, text.indexOf('paired over')).split('\n').slice(2)
    for (const line of table) expect(Array.from(line).length).toBeLessThanOrEqual(width)
    const columns = table.find((line) => line.startsWith('---'))?.split('   ').length ?? 0
    expect(columns).toBe(width === 80 ? 3 : 5)
    expect(text).toContain(`${20 - (columns - 1)} more metrics in summary.csv`)
  })

  test('a screen too narrow for anything still shows the primary metric', () => {
    const text = comparisonText(fixtureStudy({ variants: 2, replications: 3, requests: 10, samples: 2 }), { colour: false, width: 10 })
    expect(text).toMatch(/^variant +SLO misses \[%\] \*$/m)
  })

  test('the best mean of a column is marked, by the side that is better; none where all are equal', () => {
    const study = fixtureStudy({ variants: 3, replications: 4, requests: 10, samples: 2, name: (i) => ['loose', 'tight', 'tightest'][i] })
    const [loose, , tightest] = ['loose', 'tight', 'tightest'].map(
      (name) =>
        comparisonText(study, { colour: false })
          .split('\n')
          .find((line) => line.startsWith(name)) ?? '',
    )
    // misses, latency: the loosest; cost: the tightest. Goodput would be the loosest as well.
    expect(loose.match(/</g)?.length).toBe(3)
    expect(tightest).toMatch(/155\.1 \+\/- 3\.4 < \+/)
    const same = { ...study, runs: study.runs.map((run) => ({ ...run, result: study.runs[run.replication].result })) }
    expect(
      comparisonText(same, { colour: false })
        .split('\n')
        .filter((line) => /^(loose|tight)/.test(line))
        .join(),
    ).not.toContain('<')
  })

  test('time at a glance: equal lines once, constants in words, ramps from low to high', () => {
    const study = fixtureStudy({ variants: 2, replications: 2, requests: 10, samples: 40, name: (i) => `v${i}` })
    const text = comparisonText(study, { colour: false })
    expect(text).toContain('  pending pods [pods]: always 0\n')
    expect(text).toMatch(/CPU requested over allocatable \[%\], [\d.]+ to [\d.]+\n {4}all [▁-█]{40}\n/)
    expect(text).toMatch(/ready pods \[pods\], .*\n {4}v0 {2}[▁-█]{40}\n {4}v1 {2}[▁-█]{40}\n/)
  })

  test('effects and interactions of the primary metric stand below the contrasts', () => {
    const text = comparisonText(fixtureStudy({ variants: 12, replications: 5, requests: 10, samples: 2 }), { colour: false })
    expect(text).toMatch(/\n {2}scheduling: first-fit against least-allocated: SLO misses \+[\d.]+ points \[[\d.]+, [\d.]+\], worse\n/)
    expect(text).toMatch(/\n {2}scheduling best-fit with slb two-choices: SLO misses /)
  })

  test('control characters of names and notes never reach the terminal', () => {
    const study = {
      ...fixtureStudy({ variants: 2, replications: 2, requests: 10, samples: 2, name: (i) => `a\u001b[2J${i}` }),
      notes: ['x\u0007'],
      question: 'q\u001b]0;t',
    }
    expect(comparisonText(study, { colour: false })).not.toMatch(/[\u001b\u0007]/)
  })

  test('one variant, one replication, nothing at all: each says so', () => {
    expect(comparisonText(fixtureStudy({ variants: 1, requests: 10, samples: 2 }), { colour: false })).not.toContain('paired')
    expect(comparisonText(fixtureStudy({ variants: 2, replications: 1, requests: 10, samples: 2 }), { colour: false })).toContain(
      'inconclusive (one replication gives no interval)',
    )
    expect(comparisonText(fixtureStudy({ variants: 2, empty: true }), { colour: false })).toContain(
      'no metric has a value: nothing to compare',
    )
    expect(comparisonText(fixtureStudy({ variants: 1, empty: true, primary: 'latency-p999' }), { colour: false })).toContain(
      'latency-p999: p99.9 needs 100,000 requests',
    )
  })
})
