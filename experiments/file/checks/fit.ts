/** Pods that fit no node: refused where all pods of a section are alike, and a warning where some rows of a source are meant. */
import { EmptyNodes, showCpu, showMemory, type Misfit, type PodShape } from '../../../sim/index.ts'
import { Streams, type RandomStream } from '../../../sim/random/index.ts'
import { surveyJobs, type Fits, type JobsSpec } from '../../../workloads/index.ts'
import type { Issue } from '../document.ts'
import type { NodeKinds, Scenario } from '../scenario.ts'

/** Issues of pods that no node could hold, not even an empty one; warnings about sources of which some jobs cannot run. */
export function checkFit(scenario: Scenario, { templates, counts }: NodeKinds): { readonly issues: Issue[]; readonly warnings: string[] } {
  const nodes = new EmptyNodes(templates)
  const fits: Fits = (shape, count = 1) => (count === 1 ? nodes.fits(shape) : nodes.holds(shape, count, counts))
  const issues: Issue[] = []
  const warnings: string[] = []
  const refuse = (path: Issue['path'], shape: PodShape): boolean => {
    const misfit = nodes.misfit(shape)
    if (misfit === null) return false
    const { keys, message } = sentenceOf(misfit, shape)
    issues.push({ path: [...path, ...keys], message })
    return true
  }
  scenario.services.forEach(({ shape }, i) => refuse(['workload', 'services', i], shape))
  scenario.batch?.workloads.forEach(({ versions }, i) => versions.some(({ shape }) => refuse(['workload', 'batch', i], shape)))
  scenario.background.forEach((source, i) => {
    if (source.kind !== 'synthetic') return // rows of a trace are counted when it is opened
    source.shapes.forEach((shape, k) => refuse(['workload', 'background', i, 'shapes', k], shapeOf(shape)))
  })
  scenario.jobs.forEach((source, i) => {
    const path = ['workload', 'jobs', i]
    if (source.kind === 'drawn' && source.size.kind === 'shapes') {
      const wrong = source.size.shapes.filter((shape, k) => refuse([...path, 'shapes', k], shapeOf(shape)))
      if (wrong.length > 0) return
    }
    const { issue, warning } = jobsThatFit(source, fits)
    if (issue !== '') issues.push({ path, message: issue })
    if (warning !== '') warnings.push(warning)
  })
  return { issues, warnings }
}

/** A pod with these requests and no other properties than where it may run. */
function shapeOf(
  asked: Pick<PodShape, 'cpu' | 'memory'> & Partial<Pick<PodShape, 'gpus' | 'resources' | 'nodeSelector' | 'tolerations'>>,
): PodShape {
  const { cpu, memory, gpus = 0, resources = {}, nodeSelector = {}, tolerations = [] } = asked
  const rest = { limit: 0, gpuModels: [], usage: 0, labels: {}, nodeSelector, tolerations, priority: 0 }
  return { cpu, memory, gpus, gpuMilli: gpus > 0 ? 1000 : 0, resources, ...rest }
}

/** What excludes the pod, at the key that asks for it. */
function sentenceOf(misfit: Misfit, shape: PodShape): { readonly keys: readonly string[]; readonly message: string } {
  switch (misfit.rule) {
    case 'resource': {
      const { name, most } = misfit
      const accepted =
        most > 0
          ? `at most ${most}, the most that a node of a pool has`
          : `resources: { ${name}: … } on a pool, since no node of any pool has it`
      return { keys: ['resources', name], message: `found ${shape.resources[name]}; accepted: ${accepted}` }
    }
    case 'selector': {
      const { key, values } = misfit
      const value = shape.nodeSelector[key]
      const accepted =
        values.length > 0 ? values.join(', ') : `labels: { ${key}: ${value} } on a pool, since no node of any pool has this label`
      return { keys: ['nodeSelector', key], message: `found ${value}; accepted: ${accepted}` }
    }
    case 'taint': {
      const { key, value, effect } = misfit.taint
      return {
        keys: ['tolerations'],
        message: `found no toleration of the taint ${key}=${value}:${effect}, without which the pod fits no node of any pool; accepted: tolerations: [{ key: ${key}, operator: Exists }]`,
      }
    }
    case 'gpu model':
      return { keys: [], message: `found a pod for the GPU models ${shape.gpuModels.join(', ')}; accepted: ${misfit.models.join(', ')}` }
    case 'size': {
      const { cpu, memory, gpus } = misfit
      const gpuText = (count: number): string => (shape.gpus > 0 ? ` and ${count} GPUs` : '')
      return {
        keys: shape.gpus > gpus ? ['gpus'] : [shape.cpu > cpu ? 'cpu' : 'memory'],
        message: `found a pod of ${showCpu(shape.cpu)} and ${showMemory(shape.memory)}${gpuText(shape.gpus)} that fits no node of any pool; accepted: at most ${showCpu(cpu)} and ${showMemory(memory)}${gpuText(gpus)}`,
      }
    }
  }
}

/** A sentence on the jobs that no node could hold: an issue when that is all of them, otherwise a warning. */
function jobsThatFit(source: JobsSpec, fits: Fits): { readonly issue: string; readonly warning: string } {
  const streams = new Streams('check', 0)
  const survey = surveyJobs(source, fits, (purpose): RandomStream => streams.stream(purpose))
  const { jobs, unplaceable } = survey
  if (unplaceable === 0) return { issue: '', warning: '' }
  const misfit = source.rigid === true ? 'tasks that no node, or not all nodes together, can hold' : 'tasks that fit no node of any pool'
  const which = source.kind === 'drawn' ? `${jobs} drawn jobs` : `${survey.all ? '' : 'the first '}${jobs} jobs`
  if (unplaceable === jobs)
    return {
      issue: `found ${misfit} in all of ${which}; accepted: ${source.rigid === true ? 'more nodes, ' : ''}pools with larger nodes or GPUs`,
      warning: '',
    }
  const left =
    source.kind === 'trace' && source.inflate !== null ? 'they are left out, and the others request the share' : 'they will stay pending'
  return {
    issue: '',
    warning: `jobs ${source.name}: ${unplaceable} of ${which} have ${misfit}, not even an empty one; ${left}`,
  }
}
