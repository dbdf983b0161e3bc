import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { chartNames } from './charts/index.ts'
import { readOwnSpec, SOURCES } from './charts/own-spec.ts'
import { summaryOf } from './text/plain.ts'
import { SIGNS } from './text/sentences.ts'
import { fixtureStudy } from './study.fixture.ts'
import { summarise } from './summary/summary.ts'
import { effectsCsv } from './tables/effects.ts'
import { summaryCsv } from './tables/summary.ts'

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
const study = fixtureStudy({ requests: 1000, samples: 20, variants: 8, replications: 2 })

/** The text below a heading, up to the next of its level or above. */
function section(heading: string): string {
  const level = heading.split(' ')[0]
  const rest = readme.split(`\n${heading}\n`)[1] ?? expect.fail(`no section ${heading}`)
  return rest.split(new RegExp(`\n#{1,${level.length}} `))[0]
}

describe('README', () => {
  test('explains every column of effects.csv that summary.csv does not have, and no other', () => {
    const [effects, summary] = [effectsCsv(summarise(study)), summaryCsv(summarise(study))].map((text) => text.split('\n')[0].split(','))
    const named = [...section('### Columns of effects.csv').matchAll(/`([^`]+)`/g)].map((match) => match[1])
    for (const column of effects.filter((name) => !summary.includes(name))) expect(named, column).toContain(column)
    for (const name of named) expect([...effects, 'main', 'interaction'], name).toContain(name)
  })

  test('explains every member of --json', () => {
    const plain = summaryOf(study)
    for (const member of Object.keys(plain)) expect(section('### --json'), member).toContain(`\`${member}\``)
  })

  test('has the signs of the terminal, and what each verdict means', () => {
    const terminal = section('### On the terminal')
    for (const [verdict, sign] of Object.entries(SIGNS)) {
      expect(terminal).toContain(`\`${sign}\` ${verdict}`)
      expect(section('## How to read the statistics')).toContain(`\`${verdict}\``)
    }
  })

  test('has a row for every chart and no other, and every table that an own chart may name', () => {
    const named = [...section('## The charts').matchAll(/`charts\/([a-z-]+)`/g)].map((match) => match[1])
    expect(named).toEqual([...chartNames])
    for (const source of SOURCES) expect(section('### Charts of your own')).toContain(`\`${source}\``)
    const example = /```json\n([^]*?)```/.exec(section('### Charts of your own'))?.[1] ?? ''
    expect(readOwnSpec(example, 'README.md').sources).toEqual(['runs'])
  })
})
