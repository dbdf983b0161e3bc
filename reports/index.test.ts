import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chartsOf } from './charts/index.ts'
import { comparisonText, summarise, summaryOf, writeReports, writeWhole } from './index.ts'
import { SIGNS } from './text/sentences.ts'
import { fixtureStudy } from './study.fixture.ts'
import { summaryCsv } from './tables/summary.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reports-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const small = { requests: 1000, samples: 20 }
const CHARTS = ['metrics', 'slo-misses-against-cost', 'latency', 'pending', 'pending-tail', 'packing', 'timeseries', 'nodes']

async function contents(root: string): Promise<Map<string, string>> {
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  const read = files.map(async (entry) => {
    const path = join(entry.parentPath, entry.name)
    return [relative(root, path), (await readFile(path)).toString('base64')] as const
  })
  return new Map((await Promise.all(read)).sort(([a], [b]) => (a < b ? -1 : 1)))
}

describe('writeReports', () => {
  test('writes tables, charts and page, returns their paths, and gives the same bytes again', async () => {
    const study = fixtureStudy({ ...small, variants: 3, replications: 2 })
    const written = await writeReports(join(folder, 'once'), study)
    const once = await contents(join(folder, 'once'))
    expect([...once.keys()].sort()).toEqual(written.map((path) => relative(join(folder, 'once'), path)).sort())
    expect([...once.keys()].sort()).toEqual(
      [
        'runs.csv',
        'summary.csv',
        'effects.csv',
        'timeseries.csv',
        'report.html',
        ...CHARTS.flatMap((name) => ['vl.json', 'svg', 'png'].map((end) => `charts/${name}.${end}`)),
      ].sort(),
    )
    await writeReports(join(folder, 'twice'), study)
    expect(await contents(join(folder, 'twice'))).toEqual(once)
    const html = Buffer.from(once.get('report.html') ?? '', 'base64').toString()
    const [markup, data, script] = html.split(/<script[^>]*>/)
    expect(markup.match(/<svg /g)).toHaveLength(CHARTS.length)
    expect(markup.replace(/http:\/\/www\.w3\.org\/[^"]*/g, '')).not.toMatch(/https?:| style=| on[a-z]+=/)
    expect(data).not.toMatch(/https?:/)
    expect(html).toContain(`script-src 'sha256-${createHash('sha256').update(script.split('</script>')[0]).digest('base64')}'`)
    const ids = [...markup.matchAll(/ id="([^"]+)"/g)].map((match) => match[1])
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('charts of an older study that the new one lacks are removed', async () => {
    const place = join(folder, 'again')
    await writeReports(place, fixtureStudy({ ...small, variants: 2, replications: 2 }))
    const written = await writeReports(place, fixtureStudy({ variants: 2, empty: true }))
    expect(written.map((path) => relative(place, path))).toEqual([
      'runs.csv',
      'summary.csv',
      'effects.csv',
      'timeseries.csv',
      'report.html',
    ])
    expect((await contents(place)).size).toBe(5)
  })

  test('without charts: tables only, and no chart or page of an earlier study', async () => {
    const place = join(folder, 'tables')
    for (const name of ['report.html', 'charts/latency.svg', 'charts/own.svg']) await writeWhole(join(place, name), 'of before')
    const written = await writeReports(place, fixtureStudy({ ...small, variants: 2, replications: 2 }), { charts: false })
    expect(written.every((path) => path.endsWith('.csv'))).toBe(true)
    const names = [...(await contents(place)).keys()]
    expect(names.filter((name) => !name.endsWith('.csv'))).toEqual(['charts/own.svg'])
  })

  test('terminal, page and plain summary have the same verdicts', async () => {
    const study = fixtureStudy({ ...small, variants: 4, replications: 4, name: (i) => `v${i}` })
    const html = await readFile((await writeReports(join(folder, 'same'), study)).find((path) => path.endsWith('.html')) ?? '', 'utf8')
    const { verdicts } = summaryOf(study)
    expect(verdicts).toHaveLength(3)
    for (const verdict of verdicts) {
      expect(comparisonText(study, { colour: false })).toContain(verdict)
      expect(html).toContain(verdict)
    }
  })
})

describe('writeWhole', () => {
  test('replaces a file in one step and leaves nothing beside it, also when it fails', async () => {
    const place = join(folder, 'whole')
    await writeWhole(join(place, 'a.txt'), 'one')
    await writeWhole(join(place, 'a.txt'), 'two')
    expect(await readFile(join(place, 'a.txt'), 'utf8')).toBe('two')
    // A folder stands where the file should go: the rename fails.
    await writeWhole(join(place, 'taken', 'b.txt'), 'x')
    await expect(writeWhole(join(place, 'taken'), 'y')).rejects.toThrow()
    expect((await readdir(place)).sort()).toEqual(['a.txt', 'taken'])
  })
})

// /dev/full answers each write with ENOSPC, as a full disk does.
describe.skipIf(process.platform !== 'linux')('a full disk', () => {
  test('the error names the file, and the file of before stays', async () => {
    const place = join(folder, 'full')
    const path = join(place, 'runs.csv')
    await writeWhole(path, 'before')
    await symlink('/dev/full', `${path}.${process.pid}.partial`)
    await expect(writeWhole(path, 'after')).rejects.toThrow(`${path} cannot be written: no space is left on the disk (ENOSPC)`)
    expect(await readFile(path, 'utf8')).toBe('before')
    expect(await readdir(place)).toEqual(['runs.csv'])
  })
})

describe('README', () => {
  const readme = readFile(new URL('./README.md', import.meta.url), 'utf8')

  test('explains every column of summary.csv, every verdict and every chart', async () => {
    const text = await readme
    const study = fixtureStudy({ ...small, variants: 2, replications: 2, services: ['a', 'b'] })
    const columns = summaryCsv(summarise(study)).split('\n')[0].split(',').slice(study.axes.length)
    for (const name of [...columns, ...Object.keys(SIGNS)]) expect(text, name).toContain(`\`${name}\``)
    for (const chart of chartsOf(summarise(study))) expect(text).toContain(`\`charts/${chart.name}\``)
  })
})
