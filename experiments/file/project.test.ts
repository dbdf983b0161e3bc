import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { version } from './package.ts'

const read = (name: string): string => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8')

describe('files of the project', () => {
  it('CITATION.cff cites this version under this licence', () => {
    const citation = parse(read('CITATION.cff')) as Record<string, unknown>
    const { license } = JSON.parse(read('package.json')) as { license: string }
    expect(citation).toMatchObject({ 'cff-version': '1.2.0', type: 'software', version: version(), license })
    expect(read('LICENSE')).toContain('MIT License')
  })

  it('CHANGELOG.md begins with this version, and states whether results change', () => {
    const [newest] = read('CHANGELOG.md').split(/^## /m).slice(1)
    expect(newest.split(/[\s,]/)[0]).toBe(version())
    expect(newest).toMatch(/^- \*results (change|stay)\*/m)
  })
})
