import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { escapeHtml, inlineSvg } from './html.ts'
import { page } from './page.ts'
import { fixtureStudy } from '../study.fixture.ts'
import type { FixtureOptions } from '../study.fixture.ts'
import { summarise } from '../summary/summary.ts'

const small = { requests: 10, samples: 2 }
const NOTHING = { charts: [], data: null, notes: [] }
const pageOf = (options: FixtureOptions): string => page(summarise(fixtureStudy({ ...small, ...options })), NOTHING)

describe('report.html', () => {
  test('shows the question, a sentence per contrast, the set-up, tables, notes and how to reproduce', () => {
    const html = pageOf({ variants: 3 })
    for (const text of [
      'Does tighter packing hurt the tail of request latency?',
      '<p class="answer">In SLO misses, of 2 variants compared with least-allocated · round-robin, all are worse',
      'best-fit · round-robin raises SLO misses by ',
      'scheduling: least-allocated, best-fit',
      '3 variants, 5 replications each, 15 runs finished',
      'horizon 15m after a warm-up of 3m',
      'one trace is one sample',
      '3 requests were unfinished at the horizon (3 runs)',
      'latency p99.9: p99.9 needs 100,000 requests',
      '<pre>orchsim run tight-or-loose.yaml</pre>',
      'sha256:0123456789abcdef',
      'p-values corrected by Holm over 2 contrasts',
    ])
      expect(html).toContain(text)
  })

  test('the answer precedes all else, and the table of contents names each section and no other', () => {
    const html = pageOf({ variants: 3 })
    expect(html.indexOf('class="answer"')).toBeLessThan(html.indexOf('<nav'))
    const linked = [...html.matchAll(/<li><a href="#([^"]*)"/g)].map(([, id]) => id)
    expect(linked).toEqual([...html.matchAll(/<section id="([^"]*)"/g)].map(([, id]) => id))
    expect(linked).toEqual(['verdicts', 'set-up', 'tables', 'single-runs', 'notes', 'reproduce'])
    expect(pageOf({ variants: 1 })).toContain('There is one variant, so nothing is compared. SLO misses: ')
  })

  test('every run has a row, and the metrics stand one after the other with their group', () => {
    const html = pageOf({ variants: 3, replications: 4 })
    const runs = /<section id="single-runs"[^]*?<\/section>/.exec(html)?.[0] ?? ''
    expect(runs.match(/<tr data-variant/g)).toHaveLength(12)
    const metrics = /<div data-search[^]*?<\/table>/.exec(html)?.[0] ?? ''
    const rows = [...metrics.matchAll(/<tr data-variant="(\d)"><th scope="row">([^<]*)<\/th><td>[^<]*<\/td><td>(\w+)</g)].map(
      ([, variant, name, group]) => [variant, name, group],
    )
    expect(rows.slice(0, 4)).toEqual([
      ['0', 'SLO misses [%]', 'requests'],
      ['1', 'SLO misses [%]', 'requests'],
      ['2', 'SLO misses [%]', 'requests'],
      ['0', 'latency p50 [ms]', 'requests'],
    ])
  })

  test('notes of runs that differ in one number are one with its range, and a run counts once', () => {
    const study = fixtureStudy({ ...small, variants: 2, replications: 2 })
    const notes = [
      ['152 pods wait', '7 pods wait'],
      ['1,180 pods wait', '1,180 pods wait'],
      ['99 pods wait', 'needs 200, had 4.5'],
      ['needs 200, had 7', 'all is v1.2.3', 'all is v1.2.4'],
    ]
    const html = page(
      summarise({ ...study, runs: study.runs.map((run, i) => ({ ...run, result: { ...run.result, notes: notes[i] } })) }),
      NOTHING,
    )
    for (const line of [
      '7 to 1,180 pods wait (3 runs)',
      'needs 200, had 4.5 to 7 (2 runs)',
      'all is v1.2.3 (1 run)',
      'all is v1.2.4 (1 run)',
    ])
      expect(html).toContain(`<li>${line}</li>`)
  })

  test('names from users are text wherever they stand', () => {
    const evil = '</title></script><script>alert(1)</script><img src=x onerror="alert(2)">\u202e\u0000'
    const study = fixtureStudy({ ...small, variants: 2, name: (i) => `${evil}${i}` })
    const html = page(
      summarise({
        ...study,
        name: evil,
        question: evil,
        notes: [evil],
        setup: [evil],
        axes: study.axes.map((axis) => ({ name: evil, values: axis.values.map(() => evil) })),
        variants: study.variants.map((variant) => ({ ...variant, label: evil })),
        reproduce: { command: evil, digest: evil, version: evil },
        runs: study.runs.map((run) => ({ ...run, result: { ...run.result, notes: [evil], refused: { cost: evil } } })),
      }),
      { ...NOTHING, notes: [evil] },
    )
    expect(html).not.toMatch(/<script|<img|\u202e|\u0000/)
    expect(html.match(/<\/title>/g)).toHaveLength(1)
    expect(html.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(10)
  })

  test('may load nothing and run nothing: the policy allows its own style by digest, and there is no address to load', () => {
    const html = pageOf({ variants: 2 })
    const style = /<style>([^]*?)<\/style>/.exec(html)?.[1] ?? ''
    const digest = createHash('sha256').update(style).digest('base64')
    expect(html).toContain(`content="default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'"`)
    expect(html).not.toMatch(/https?:|<script|<link|\ssrc=|\shref="[^#]|\sstyle=|@import|url\(/)
    expect(html).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">')
  })

  test('says what is missing: runs, values, a comparison', () => {
    const study = fixtureStudy({ ...small, variants: 2, replications: 3 })
    expect(page(summarise({ ...study, runs: study.runs.slice(1) }), NOTHING)).toContain('1 of 3 runs are missing; intervals use the others')
    expect(pageOf({ variants: 1, replications: 1 })).toContain('There is one variant, so nothing is compared. SLO misses: 1.67 %.')
    expect(pageOf({ variants: 2, empty: true })).toContain('No metric has a value.')
    expect(page(summarise({ ...study, runs: [] }), NOTHING)).toContain('no replication has both values')
  })

  test('every tag that is opened is closed', () => {
    const open: string[] = []
    for (const [, close, name] of pageOf({ variants: 3 }).matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
      if (name === 'meta' || name === 'br') continue
      if (close === '') open.push(name)
      else expect(open.pop()).toBe(name)
    }
    expect(open).toEqual([])
  })
})

describe('html', () => {
  test('escapes what has a meaning and drops what has none', () => {
    expect(escapeHtml(`a<b>&"'\u0001c`)).toBe('a&lt;b&gt;&amp;&quot;&#39; c')
  })

  test('ids of a chart are its own, and it is read as one picture', () => {
    expect(
      inlineSvg(
        '<svg role="graphics-document" aria-label="x"><clipPath id="clip0"></clipPath><g aria-label="y" clip-path="url(#clip0)">',
        'latency',
        'a & b',
      ),
    ).toBe('<svg role="img" aria-label="a &amp; b"><clipPath id="latency-clip0"></clipPath><g clip-path="url(#latency-clip0)">')
  })
})
