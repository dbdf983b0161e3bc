import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import ts from 'typescript'
import { afterAll, describe, expect, it } from 'vitest'
import { initCommand, templateFiles, templates } from './init.ts'
import { planOf } from '../plan/plan.ts'
import { inputOf } from '../run/run.ts'
import { readExperiment } from '../file/spec.ts'
import { simulate } from '../../sim/index.ts'
import type { MetricId } from '../../sim/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-init-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function called(where: string, template: string): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const code = await initCommand(
    where,
    { template },
    { out: { write: (text) => void (out += text) }, err: { write: (text) => void (err += text) } },
  )
  return { code, out, err }
}

/** What an editor, with the tsconfig.json of the folder, says about some of its files. */
function typeErrors(where: string, ...names: string[]): string[] {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (found: ts.Diagnostic) => expect(found).toBeUndefined() }
  const { fileNames, options } = ts.getParsedCommandLineOfConfigFile(join(where, 'tsconfig.json'), {}, host)!
  const program = ts.createProgram(fileNames, options)
  return names
    .flatMap((name) => ts.getPreEmitDiagnostics(program, program.getSourceFile(join(where, name))))
    .map(({ file, code, messageText }) => `${basename(file!.fileName)}: TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`)
}

describe('init', () => {
  it('has a template for the whole loop and one for each family', () => {
    expect(templates()).toEqual(['loop', 'autoscaling', 'binpacking', 'scheduling', 'slb'])
  })

  it.each(templates())('%s: the written experiment is valid, and its first and last variants run', async (template) => {
    const where = join(folder, template)
    const { code, out, err } = await called(where, template)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(readdirSync(where).sort()).toEqual([...templateFiles(template).keys(), 'tsconfig.json'].sort())
    expect(out).toContain('next: npx orchsim run ')
    const [, schema] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(join(where, 'experiment.yaml'), 'utf8'))!
    expect(JSON.parse(readFileSync(join(where, schema), 'utf8'))).toHaveProperty('properties.workload')
    const resolved = await readExperiment(join(where, 'experiment.yaml'), {
      set:
        template === 'autoscaling'
          ? ['horizon=3m', 'warmup=30s', 'disturbance=1m', 'workload.services.web.traffic.at=1m']
          : ['horizon=40s', 'warmup=10s'],
    })
    if ('problems' in resolved) throw new Error(JSON.stringify(resolved.problems))
    const plan = planOf(resolved.experiment, 'test')
    for (const variant of [plan.variants[0], plan.variants[plan.variants.length - 1]]) {
      const { metrics } = simulate(await inputOf({ scenario: variant.scenario, seed: 1, replication: 0 }))
      expect(metrics[plan.primary as MetricId], plan.primary).toBeTypeOf('number')
    }
  })

  it('names an own algorithm in every template of one family', () => {
    for (const template of templates().slice(1)) expect(templateFiles(template).size, template).toBe(2)
  })

  it('an editor knows the types outside of the clone: a right column name passes, a wrong one has a suggestion', async () => {
    const where = join(folder, 'typed')
    await called(where, 'scheduling')
    writeFileSync(join(where, 'wrong.ts'), readFileSync(join(where, 'emptiest.ts'), 'utf8').replace('nodes.freeCpu', 'nodes.freeCPU'))
    expect(typeErrors(where, 'emptiest.ts', 'wrong.ts')).toEqual([
      "wrong.ts: TS2551: Property 'freeCPU' does not exist on type 'NodesView'. Did you mean 'freeCpu'?",
    ])
  })

  it('keeps a tsconfig.json, and says so', async () => {
    const where = join(folder, 'configured')
    mkdirSync(where)
    writeFileSync(join(where, 'tsconfig.json'), '{}')
    const { code, out, err } = await called(where, 'slb')
    expect({ code, err }).toEqual({ code: 0, err: `orchsim init: ${join(where, 'tsconfig.json')} is kept as it is\n` })
    expect(out).not.toContain('tsconfig')
    expect(readFileSync(join(where, 'tsconfig.json'), 'utf8')).toBe('{}')
  })

  it('a folder that cannot be created is reported', async () => {
    writeFileSync(join(folder, 'taken'), '')
    for (const where of ['taken', join('taken', 'below')]) {
      expect(await called(join(folder, where), 'slb')).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringMatching(/^orchsim init: found .*taken.*, where files cannot be written \(E\w+\); accepted: a folder/),
      })
    }
  })

  it('overwrites nothing, and refuses unknown templates', async () => {
    writeFileSync(join(folder, 'experiment.yaml'), 'mine')
    expect(await called(folder, 'slb')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('found experiment.yaml in ') })
    expect(readFileSync(join(folder, 'experiment.yaml'), 'utf8')).toBe('mine')
    expect(await called(join(folder, 'x'), 'slbb')).toMatchObject({
      code: 2,
      err: expect.stringContaining('accepted: loop, autoscaling, binpacking, scheduling, slb (did you mean slb?)'),
    })
  })
})
