/**
 * A ResourceQuota and what counts for it. Admission raises `used` at once; only the quota controller lowers it, when it has seen that pods
 * are gone. Source: Kubernetes 1.34 pkg/quota/v1/evaluator/core/pods.go, pkg/controller/resourcequota.
 */
import type { PodAdmission } from '../../cluster/admission.ts'
import type { PodShape } from '../../cluster/spec.ts'
import type { QuotaScope, QuotaSpec } from './spec.ts'

/** Bounds of these names must be stated by each container of a pod, under the name of the second column. */
const STATED: Readonly<Record<string, string>> = {
  cpu: 'requests.cpu',
  memory: 'requests.memory',
  'requests.cpu': 'requests.cpu',
  'requests.memory': 'requests.memory',
  'limits.cpu': 'limits.cpu',
  'limits.memory': 'limits.memory',
}
/** Counts a pod until its object is gone, in whatever phase it is. */
const OBJECT_COUNT = 'count/pods'

export class Quota {
  readonly spec: QuotaSpec
  /** Names of the bounded resources, and their bounds. */
  readonly resources: readonly string[]
  readonly hard: readonly number[]
  /** status.used. */
  readonly used: number[]
  /** What the pods that exist amount to. */
  readonly live: number[]

  constructor(spec: QuotaSpec) {
    this.spec = spec
    this.resources = Object.keys(spec.hard)
    this.hard = Object.values(spec.hard)
    this.used = this.resources.map(() => 0)
    this.live = this.resources.map(() => 0)
  }

  /** Whether the pod counts for this quota. */
  counts(pod: PodAdmission): boolean {
    return this.spec.namespace === pod.namespace && this.spec.scopes.every((scope) => isIn(scope, pod))
  }

  /** A bounded amount that a container of the pod does not state; undefined: all are stated. */
  unstated(pod: PodAdmission): string | undefined {
    return this.resources.find((name) => pod.unstated.includes(STATED[name]))
  }

  /** Whether the pod may be created beside what is used. */
  hasRoom(shape: PodShape): boolean {
    return this.resources.every((name, i) => {
      const amount = amountOf(name, shape)
      return amount === 0 || this.used[i] + amount <= this.hard[i]
    })
  }

  created(shape: PodShape): void {
    this.resources.forEach((name, i) => {
      const amount = amountOf(name, shape)
      this.used[i] += amount
      this.live[i] += amount
    })
  }

  /** The object of the pod is gone. `stuck`: only its object was left. */
  gone(shape: PodShape, stuck: boolean): void {
    this.leaves(shape, (name) => !stuck || name === OBJECT_COUNT)
  }

  /** The pod should have ended long ago: it counts no more, but as an object. */
  stuck(shape: PodShape): void {
    this.leaves(shape, (name) => name !== OBJECT_COUNT)
  }

  private leaves(shape: PodShape, concerned: (name: string) => boolean): void {
    this.resources.forEach((name, i) => {
      if (concerned(name)) this.live[i] -= amountOf(name, shape)
    })
  }

  /** What the quota controller does; true when that freed anything. */
  recount(): boolean {
    const freed = this.live.some((amount, i) => amount < this.used[i])
    if (freed) this.live.forEach((amount, i) => (this.used[i] = amount))
    return freed
  }
}

function isIn({ scope, operator, values }: QuotaScope, pod: PodAdmission): boolean {
  switch (scope) {
    case 'Terminating':
      return pod.terminating
    case 'NotTerminating':
      return !pod.terminating
    case 'BestEffort':
      return pod.bestEffort
    case 'NotBestEffort':
      return !pod.bestEffort
    case 'CrossNamespacePodAffinity':
      return pod.crossNamespace
    case 'PriorityClass':
      return isInClass(operator, values, pod.priorityClass)
  }
}

/** As a selector of a label that pods without a class do not have. */
function isInClass(operator: QuotaScope['operator'], values: readonly string[], name: string): boolean {
  switch (operator) {
    case 'Exists':
      return name !== ''
    case 'DoesNotExist':
      return name === ''
    case 'In':
      return values.includes(name)
    case 'NotIn':
      return !values.includes(name)
  }
}

/** What a pod counts for a resource of a quota. */
export function amountOf(name: string, { cpu, memory, resources, admission }: PodShape): number {
  switch (name) {
    case 'pods':
    case OBJECT_COUNT:
      return 1
    case 'cpu':
    case 'requests.cpu':
      return admission!.unstated.includes('requests.cpu') ? 0 : cpu
    case 'memory':
    case 'requests.memory':
      return admission!.unstated.includes('requests.memory') ? 0 : memory
    default:
      return admission!.amounts[name] ?? resources[name.replace(/^requests\./, '')] ?? 0
  }
}
