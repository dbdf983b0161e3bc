import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { DAG_WORDS } from './jobs/dag.ts'
import { jobPresets } from './presets/jobs.ts'
import { SHAPE_STEPS } from './shape/timeline.ts'
import { LIFETIMES } from './synthetic/residual.ts'
import { bundledTraces } from './traces/bundled.ts'
import { rowFormats } from './traces/formats.ts'

const folder = dirname(fileURLToPath(import.meta.url))
const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
const data = join(folder, 'data')
const readme = read('README.md')
/** Names that begin a row of a table and link to a file of the folder. */
const rows = (under: string): string[] =>
  [...readme.matchAll(/^\| \[([\w-]+)\]\((\w+)\/[\w-]+\.ts\)/gm)].filter((row) => row[2] === under).map((row) => row[1])

describe('the README agrees with the code', () => {
  test('its generators are the files that implement Arrivals', () => {
    const sources = readdirSync(join(folder, 'synthetic')).filter((file) => /^[\w-]+\.ts$/.test(file))
    const generators = sources.filter((file) => read(join('synthetic', file)).includes('implements Arrivals'))
    expect(rows('synthetic').sort()).toEqual(generators.map((file) => file.replace('.ts', '')).sort())
  })

  test('its formats are the list of formats, its lifetimes those that are accepted', () => {
    const formats = [...readme.matchAll(/^\| \[([\w-]+)\]\(traces\/[\w-]+\.ts\) \| (\w+) \|/gm)].map((row) => `${row[1]} ${row[2]}`)
    expect(formats).toEqual(rowFormats.map(({ name, kind }) => `${name} ${kind}`))
    expect(readme).toContain(`closed forms for ${LIFETIMES.slice(0, -1).join(', ')} and ${LIFETIMES[LIFETIMES.length - 1]} lifetimes`)
  })

  test('its presets of jobs, steps of shape and structures are those of the lists', () => {
    for (const { name, machine, source } of jobPresets) {
      expect(readme).toContain(`| \`${name}\` | ${machine.cpu / 1000} cores, ${machine.memory / 1_073_741_824} GiB | ${source} |`)
    }
    const table = (heading: string): string => readme.slice(readme.indexOf(heading) + 1).split(/\n## /)[0]
    expect([...table('\n## Jobs').matchAll(/^\| `([\w-]+)` \|/gm)].map((row) => row[1])).toEqual(jobPresets.map(({ name }) => name))
    expect([...table('\n## Shape').matchAll(/^\| `(\w+)` \|/gm)].map((row) => row[1])).toEqual([...SHAPE_STEPS])
    expect(table('\n## Jobs')).toContain(DAG_WORDS.map((word) => `\`${word}\``).join(', '))
  })

  test('its bundled traces are those of the list, each with a README and a licence', () => {
    const table = [...readme.matchAll(/^\| ([\w, -]+) \| ([\w, -]+) \| \[data\/([\w-]+)\]\(data\/[\w-]+\/README\.md\) \| ([^|]+) \|/gm)]
    const listed = table.flatMap(([, names, formats, folder, licence]) => {
      const all = formats.split(', ')
      return names.split(', ').map((name, i) => [name, all[i] ?? all[0], folder, licence].join(' '))
    })
    expect(listed.sort()).toEqual(
      bundledTraces.map(({ name, format, folder, licence }) => [name, format, folder, licence].join(' ')).sort(),
    )
    for (const { folder, file, licence } of bundledTraces) {
      const files = readdirSync(join(data, folder))
      expect(files).toEqual(expect.arrayContaining([file, 'README.md']))
      // The archive of the NASA logs has no licence text; its README says what the archive says.
      if (licence !== 'freely redistributable') expect(files.some((name) => name.startsWith('LICENSE'))).toBe(true)
    }
    expect(readdirSync(data).sort()).toEqual([...new Set(bundledTraces.map(({ folder }) => folder))].sort())
  })

  test('its links lead somewhere', () => {
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1])
    expect(links.filter((link) => !existsSync(join(folder, link)))).toEqual([])
  })
})
