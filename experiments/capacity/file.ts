/** The file of `orchsim plan-capacity`: kinds of nodes with prices, pods, and optionally the cell that exists. */
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import type { NodeKind, EqualPods } from '../../sim/index.ts'
import { readPods, TraceError } from '../../workloads/index.ts'
import { pathText, readSource, type Issue, type Problem } from '../file/document.ts'
import { packageRoot } from '../file/package.ts'
import { parseSourceAs } from '../file/parse-shape.ts'
import {
  amounts,
  byKey,
  cpu,
  forms,
  labels,
  list,
  memory,
  name,
  oneOf,
  positive,
  price,
  section,
  whole,
  words,
} from '../file/quantities.ts'
import { MAX_NODES, taint } from '../file/schema/cluster.ts'
import { toleration } from '../file/schema/toleration.ts'
import { BUNDLED, traceMessage } from '../file/trace-files.ts'

/** Most pods of a file. */
const MAX_PODS = 1_000_000

const node = section('a kind of node', {
  name: name().describe('unique name'),
  cpu: cpu().describe('allocatable CPU'),
  memory: memory({ min: 1 }).describe('allocatable memory'),
  pods: whole({ min: 1 }).prefault(110).describe("most pods on a node; default 110, as the kubelet's"),
  gpus: whole({ min: 0, max: 8 }).prefault(0),
  gpuModel: words().prefault(''),
  price: price().prefault('0/h').describe('dollars per node and hour'),
  max: whole({ min: 0, max: MAX_NODES }).optional().describe('most nodes of this kind; default: no limit'),
  count: whole({ min: 0, max: MAX_NODES }).prefault(0).describe('nodes of this kind in the present cell, which is compacted'),
  labels: labels().prefault({}),
  taints: list('taints', taint).prefault([]),
  resources: amounts().prefault({}),
})

const group = section('pods', {
  name: name().optional(),
  count: whole({ min: 1, max: MAX_PODS }).describe('number of pods'),
  cpu: cpu({ min: 0 }),
  memory: memory(),
  gpus: whole({ min: 0, max: 8 }).prefault(0).describe('GPUs of a pod'),
  gpuMilli: whole({ min: 1, max: 1000 }).prefault(1000).describe('thousandths of each GPU; below 1000 with one GPU only'),
  gpuModels: list('GPU models', words()).prefault([]).describe('accepted models; default: any'),
  resources: amounts().prefault({}),
  nodeSelector: labels().prefault({}),
  tolerations: list('tolerations', toleration).prefault([]),
})

const traced = section('pods of a trace', {
  trace: oneOf(['openb']).describe('every row of this list is a pod'),
  path: words().optional().describe('folder of the trace, relative to this file; default: the bundled data'),
  pods: words().prefault('openb_pod_list_default.csv').describe('file of the pod list in that folder'),
  share: positive().prefault(1).describe('part of the rows: 0.5 takes every second one; at most 1'),
})

const shape = {
  nodes: list('kinds of nodes', node).min(1, 'found an empty list; accepted: at least one kind'),
  pods: list('pods', forms<z.infer<typeof traced> | z.infer<typeof group>>({ traced, group }, byKey('trace', 'traced', 'group'))).min(
    1,
    'found an empty list; accepted: at least one group',
  ),
} as const

/** A file without problems. */
export interface CapacityFile {
  readonly kinds: readonly NodeKind[]
  readonly groups: readonly EqualPods[]
  /** Kind of each node of the present cell. */
  readonly cell: readonly number[]
}

type NodeData = z.infer<typeof node>
type PodsData = z.infer<typeof traced> | z.infer<typeof group>

/** Reads the file; every problem at once. */
export function readCapacityFile(file: string): { readonly found: CapacityFile } | { readonly problems: readonly Problem[] } {
  const read = readSource(file)
  if ('problems' in read) return read
  const parsed = parseSourceAs(shape, read.source)
  if ('problems' in parsed) return parsed
  const { nodes, pods } = parsed.data
  const issues = nodeIssues(nodes)
  const groups = pods.flatMap((one, i) =>
    groupsOf(one, dirname(resolve(file)), (path, message) => issues.push({ path: ['pods', i, ...path], message })),
  )
  const sum = groups.reduce((count, one) => count + one.count, 0)
  if (sum > MAX_PODS) issues.push({ path: ['pods'], message: `found ${sum} pods; accepted: at most ${MAX_PODS}` })
  if (issues.length > 0) {
    const { source } = read
    return { problems: issues.map(({ path, message }) => ({ place: source.place(path), path: pathText(source.data, path), message })) }
  }
  return {
    found: { kinds: nodes.map(kindOf), groups, cell: nodes.flatMap(({ count }, kind) => Array.from({ length: count }, () => kind)) },
  }
}

function nodeIssues(nodes: readonly NodeData[]): Issue[] {
  const issues: Issue[] = []
  nodes.forEach(({ name: own, gpus, gpuModel }, i) => {
    const first = nodes.findIndex((other) => other.name === own)
    if (first < i)
      issues.push({ path: ['nodes', i, 'name'], message: `found ${own} again, which nodes[${first}] has; accepted: unique names` })
    if (gpus > 0 && gpuModel === '')
      issues.push({ path: ['nodes', i, 'gpus'], message: `found ${gpus} without a gpuModel; accepted: both or neither` })
  })
  return issues
}

function kindOf({ name: own, max, count: _count, ...template }: NodeData): NodeKind {
  return { name: own, limit: max ?? Infinity, template: { ...template, zone: '' } }
}

function groupsOf(given: PodsData, folder: string, refuse: (path: readonly string[], message: string) => void): EqualPods[] {
  const common = { limit: 0, usage: 0, labels: {}, priority: 0 }
  if (!('trace' in given)) {
    const { count, name: _name, ...asked } = given
    if (asked.gpuMilli < 1000 && asked.gpus !== 1)
      refuse(['gpuMilli'], `found ${asked.gpuMilli} with ${asked.gpus} GPUs; accepted: below 1000 only with one GPU`)
    return [{ count, shape: { ...common, ...asked } }]
  }
  if (given.share > 1) {
    refuse(['share'], `found ${given.share}; accepted: a number above 0, at most 1`)
    return []
  }
  try {
    const path = given.path === undefined ? fileURLToPath(new URL(BUNDLED, packageRoot())) : resolve(folder, given.path)
    const trace = readPods(path, given.pods)
    const counts = new Map<number, number>()
    for (let row = 0; row < trace.length; row++) {
      const taken = Math.floor((row + 1) * given.share) > Math.floor(row * given.share)
      if (taken) counts.set(trace.shape[row], (counts.get(trace.shape[row]) ?? 0) + 1)
    }
    return [...counts].map(([row, count]) => ({
      count,
      shape: { ...common, resources: {}, nodeSelector: {}, tolerations: [], ...trace.shapes[row] },
    }))
  } catch (error) {
    if (!(error instanceof TraceError)) throw error
    refuse([given.path === undefined ? 'trace' : 'path'], traceMessage(error, folder))
    return []
  }
}
