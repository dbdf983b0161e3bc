import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { metricsPage } from './readme.fixture.ts'
import { METRICS } from './standard.ts'

const page = readFileSync(new URL('./README.md', import.meta.url), 'utf8')

describe('README of the metrics', () => {
  it('is the one that the list makes (npm run docs)', () => {
    expect(page).toBe(metricsPage())
  })

  it('has every metric once, and names files that exist', () => {
    for (const { id } of METRICS) expect(page.split(`| \`${id}\` |`), id).toHaveLength(2)
    for (const [, file] of page.matchAll(/`([\w./-]+\.ts)`/g)) expect(existsSync(new URL(file, import.meta.url)), file).toBe(true)
  })
})
