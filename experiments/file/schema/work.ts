/** The work of a request in the experiment file: distributions of wait and CPU work, or a published preset. */
import { z } from 'zod'
import { workOf, workPresets, type WorkSpec } from '../../../workloads/index.ts'
import { duration, forms, isMap, number, oneOf, positiveTime, section } from '../quantities.ts'
import { distribution } from './distribution.ts'

const own = section('the work of a request', {
  wait: distribution().prefault('0s').describe('time in the pod in which the request holds a thread and uses no CPU'),
  cpu: distribution().describe('CPU work on one core'),
  correlation: number({ min: -1, max: 1 })
    .optional()
    .describe("Spearman's rank correlation of wait and CPU work, by a Gaussian copula; default: 0"),
}).transform(({ wait, cpu, correlation }): WorkSpec => ({ wait, cpu, ...(correlation === undefined ? {} : { correlation }) }))

const published = section('the work of a preset', {
  preset: oneOf(workPresets.map(({ name }) => name)).describe('a published workload'),
  cpuPerUnit: positiveTime().optional().describe("CPU work per unit of the preset's amount (KiB, prompt token, second); or mean"),
  mean: positiveTime().optional().describe('scales the CPU work to this mean'),
  waitPerUnit: duration().optional().describe('wait per unit (output token), for presets that wait'),
}).transform(({ preset: name, cpuPerUnit, mean, waitPerUnit }, context): WorkSpec => {
  const refuse = (key: string, message: string): never => {
    context.issues.push({ code: 'custom', message, path: [key], input: name })
    return z.NEVER
  }
  const preset = workPresets.find((one) => one.name === name)
  if (preset === undefined) return z.NEVER
  if (cpuPerUnit !== undefined && mean !== undefined) return refuse('mean', 'found both mean and cpuPerUnit; accepted: one of the two')
  if (waitPerUnit !== undefined && preset.wait === null)
    return refuse(
      'waitPerUnit',
      `found waitPerUnit, but ${name} has no wait; accepted: a preset with a wait, ${workPresets
        .filter(({ wait }) => wait !== null)
        .map((one) => one.name)
        .join(', ')}`,
    )
  return workOf(preset, { cpuPerUnit, cpuMean: mean, waitPerUnit })
})

/** The work of a request. */
export const work = forms<WorkSpec>({ own, published }, (value) => (isMap(value) && 'preset' in value ? 'published' : 'own'))
