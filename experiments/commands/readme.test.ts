/** The READMEs: the example is valid, and every key of the file, every command and every option of run is named. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseSource, problemsText } from '../file/document.ts'
import { simulate } from '../../sim/index.ts'
import { runTask } from '../run/run.ts'
import { main } from './cli.ts'
import { scenarioShape } from '../file/schema.ts'
import { experimentShape } from '../file/schema/experiment.ts'
import { resolveSource } from '../file/spec.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))
const quiet = { pattern: 'poisson', rate: 1 } as const
const readme = readFileSync(`${folder}README.md`, 'utf8')

async function help(...args: string[]): Promise<string> {
  let text = ''
  await main(
    [...args, '--help'],
    { out: { write: (more) => void (text += more) }, err: { write: () => undefined } },
    new AbortController().signal,
  )
  return text
}

describe('README of experiments', () => {
  it('contains a valid file', async () => {
    const blocks = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text)
    const example = blocks.find((text) => text.includes('\ncluster:')) ?? ''
    const read = parseSource(`${folder}readme.yaml`, example)
    const resolved = 'problems' in read ? read : await resolveSource(read.source)
    expect('problems' in resolved ? problemsText(resolved.problems) : resolved.experiment.variants).toHaveLength(12)
  })

  it('names every key of the file', () => {
    for (const key of [...Object.keys(experimentShape), ...Object.keys(scenarioShape(new Map())), 'compare'])
      expect(readme, key).toMatch(new RegExp(`\\b${key}\\b`))
  })

  it('names every command, and every option of run', async () => {
    for (const [, command] of (await help()).matchAll(/^ {2}(\w+) (?:\[|<)/gm))
      if (command !== 'help') expect(readme).toContain(`npx orchsim ${command}`)
    const options = [...(await help('run')).matchAll(/^ {2}(--\w+)/gm)].map(([, option]) => option)
    expect(options.length).toBeGreaterThan(6)
    for (const option of options) expect(readme).toContain(`\`${option}`)
  })
})

describe('README of the project', () => {
  const front = readFileSync(`${folder}../README.md`, 'utf8')

  it('contains a valid file whose pods all get a node and request what it promises', async () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(front)?.[1] ?? ''
    const read = parseSource(`${folder}readme.yaml`, example)
    const resolved = 'problems' in read ? read : await resolveSource(read.source)
    if ('problems' in resolved) throw new Error(problemsText(resolved.problems))
    expect(resolved.experiment.warnings).toEqual([])
    const [{ scenario }] = resolved.experiment.variants
    const short = { ...scenario, horizon: 20e6, warmup: 0, services: scenario.services.map((one) => ({ ...one, traffic: quiet })) }
    const { metrics } = await runTask({ scenario: short, seed: 1, replication: 0 }, simulate)
    expect(metrics['pending-censored']).toBe(0)
    // 60 % by background pods, 60 * 0.5 of 640 cores by the service: 64.7 %; the number of pods is Poisson.
    expect(Math.abs((metrics['allocation-cpu'] ?? 0) - 64.7)).toBeLessThan(8)
  })

  it('names every command', async () => {
    const commands = [...(await help()).matchAll(/^ {2}(\w+) {2,}| {2}(\w+) (?:\[|<)/gm)].map(
      ([, alone, withArguments]) => alone ?? withArguments,
    )
    expect(commands).toContain('doctor')
    for (const command of commands) if (command !== 'help') expect(front).toContain(`\`orchsim ${command}`)
  })
})
