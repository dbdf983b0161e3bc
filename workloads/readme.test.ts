import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { traceFormats } from './index.ts'
import { LIFETIMES } from './synthetic/residual.ts'

const folder = dirname(fileURLToPath(import.meta.url))
const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
const readme = read('README.md')
/** Names that begin a row of a table and link to a file of the folder. */
const rows = (under: string): string[] => [...readme.matchAll(/^\| \[([\w-]+)\]\((\w+)\/[\w-]+\.ts\)/gm)].filter((row) => row[2] === under).map((row) => row[1])

describe('the README does not lie', () => {
  test('its generators are the files that implement Arrivals', () => {
    const sources = readdirSync(join(folder, 'synthetic')).filter((file) => /^[\w-]+\.ts$/.test(file))
    const generators = sources.filter((file) => read(join('synthetic', file)).includes('implements Arrivals'))
    expect(rows('synthetic').sort()).toEqual(generators.map((file) => file.replace('.ts', '')).sort())
  })

  test('its formats are the list of formats, its lifetimes those that are accepted', () => {
    expect(rows('traces')).toEqual([...traceFormats])
    expect(readme).toContain(`closed forms for ${LIFETIMES.slice(0, -1).join(', ')} and ${LIFETIMES[LIFETIMES.length - 1]} lifetimes`)
  })

  test('its links lead somewhere', () => {
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1])
    expect(links.filter((link) => !existsSync(join(folder, link)))).toEqual([])
  })
})
