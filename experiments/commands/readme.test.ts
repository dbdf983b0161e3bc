/** The READMEs: the example is valid, and every key of the file, every command and every option of run is named. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseSource, problemsText } from '../file/document.ts'
import { main } from './cli.ts'
import { scenarioShape } from '../file/schema.ts'
import { experimentShape } from '../file/schema/experiment.ts'
import { resolveSource } from '../file/spec.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))
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
    const example = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
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

  it('names every command', async () => {
    const commands = [...(await help()).matchAll(/^ {2}(\w+) {2,}| {2}(\w+) (?:\[|<)/gm)].map(
      ([, alone, withArguments]) => alone ?? withArguments,
    )
    expect(commands).toContain('doctor')
    for (const command of commands) if (command !== 'help') expect(front).toContain(`\`orchsim ${command}`)
  })
})
