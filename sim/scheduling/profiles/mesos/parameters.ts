/** The parameters of the member `mesos`, and the roles and frameworks that they describe. */
import type { ValueProblem, Values } from '../../../common/define.ts'
import type { Amounts } from './amounts.ts'
import { DECLINE_FILTER, type Quota } from './allocator.ts'
import { CHOOSERS } from './chooser.ts'

const SECOND = 1_000_000
/** Stands for no parent. */
const NONE_ABOVE = 'none'

/** The role of pods without a tenant. */
export const DEFAULT_ROLE = 'default'

const chooser = {
  kind: 'choice',
  choices: Object.keys(CHOOSERS),
  default: 'first-fit',
  meaning:
    'which of its offers a framework uses for a pod: the first that fits, or the one with the most (spread) or least (binpack) left free',
} as const

/** Descriptors. */
export const parameters = {
  interval: { kind: 'duration', default: SECOND, min: 1000, meaning: 'allocation_interval: period of the allocations; default 1s' },
  answer: {
    kind: 'duration',
    default: 0,
    min: 0,
    meaning: 'time in which a framework answers an offer, during which nobody else has its resources',
  },
  timeout: {
    kind: 'duration',
    default: 0,
    min: 0,
    meaning: 'offer_timeout: an offer without an answer is rescinded after it; 0: never, as by default',
  },
  refuse: {
    kind: 'duration',
    default: DECLINE_FILTER,
    min: 0,
    meaning: 'refuse_seconds: a framework is not offered again for this time what it declined, or did not use, of an agent; default 5s',
  },
  chooser,
  shareGpus: {
    kind: 'boolean',
    default: true,
    meaning: 'whether GPUs count for dominant shares (fair_sharing_excluded_resource_names: gpus)',
  },
  roles: {
    kind: 'list',
    default: [],
    of: {
      role: { kind: 'name', meaning: 'name of the role; without entries each tenant has a role of its name' },
      parent: { kind: 'name', default: NONE_ABOVE, meaning: 'role above it, whose share is that of all its children; none: top level' },
      weight: { kind: 'number', default: 1, min: 0.001, meaning: 'its share is divided by it' },
      guaranteeCpu: { kind: 'cpu', default: 0, min: 0, meaning: 'guaranteed cpu of a top-level role with its children; 0: none' },
      guaranteeMemory: { kind: 'memory', default: 0, min: 0, meaning: 'guaranteed memory; 0: none' },
      limitCpu: { kind: 'cpu', default: 0, min: 0, meaning: 'limit of cpu of a top-level role with its children; 0: none' },
      limitMemory: { kind: 'memory', default: 0, min: 0, meaning: 'limit of memory; 0: none' },
    },
    meaning: 'roles with weights, a hierarchy and quota',
  },
  frameworks: {
    kind: 'list',
    default: [],
    of: {
      tenant: { kind: 'name', meaning: 'the tenant whose pods the framework places; default is the one of pods without a tenant' },
      role: { kind: 'name', default: 'tenant', meaning: 'role under which it gets offers; tenant: the one of the name of its tenant' },
      chooser: { ...chooser, meaning: 'as above, for this framework' },
      refuse: { kind: 'duration', default: DECLINE_FILTER, min: 0, meaning: 'as above, for this framework' },
      answer: { kind: 'duration', default: 0, min: 0, meaning: 'as above, for this framework' },
    },
    meaning: 'frameworks that differ from the defaults; each other tenant is a framework of its own',
  },
} as const

/** Values of the parameters. */
export type Given = Values<typeof parameters>

/** A framework: the pods of one tenant. */
export interface FrameworkSpec {
  readonly name: string
  /** Path of its role: `parent/role`. */
  readonly role: string
  readonly chooser: keyof typeof CHOOSERS
  /** [µs] */
  readonly refuse: number
  readonly answer: number
}

/** A role, by its path. */
export interface RoleSpec {
  readonly path: string
  readonly weight: number
  readonly quota: Quota | null
}

/** The roles, those above first. */
export const rolesOf = ({ roles }: Given): RoleSpec[] =>
  roles.map(({ role, weight, guaranteeCpu, guaranteeMemory, limitCpu, limitMemory }) => {
    const guarantees = given(guaranteeCpu, guaranteeMemory)
    const limits = given(limitCpu, limitMemory)
    const some = Object.keys(guarantees).length + Object.keys(limits).length > 0
    return { path: pathOf(role, roles), weight, quota: some ? { guarantees, limits } : null }
  })

const given = (cpu: number, memory: number): Amounts => ({ ...(cpu > 0 ? { cpu } : {}), ...(memory > 0 ? { memory } : {}) })

/** The framework of a tenant. */
export function frameworkOf(tenant: string, { frameworks, roles, chooser: usual, refuse, answer }: Given): FrameworkSpec {
  const name = tenant === '' ? DEFAULT_ROLE : tenant
  const own = frameworks.find((one) => one.tenant === name)
  const role = own === undefined || own.role === 'tenant' ? name : own.role
  return {
    name,
    role: pathOf(role, roles),
    chooser: (own?.chooser ?? usual) as FrameworkSpec['chooser'],
    refuse: own?.refuse ?? refuse,
    answer: own?.answer ?? answer,
  }
}

function pathOf(role: string, roles: Given['roles']): string {
  const parent = roles.find((one) => one.role === role)?.parent ?? NONE_ABOVE
  return parent === NONE_ABOVE ? role : `${pathOf(parent, roles)}/${role}`
}

/** Roles that are named twice, whose parent is none, or that are their own ancestors; quota below the top; a guarantee above the limit. */
export function valueProblems({ roles, frameworks, answer, timeout }: Given): ValueProblem[] {
  const problems: ValueProblem[] = []
  const wrong = (path: ValueProblem['path'], message: string): void => void problems.push({ path, message })
  const names = roles.map(({ role }) => role)
  roles.forEach(({ role, parent, guaranteeCpu, guaranteeMemory, limitCpu, limitMemory }, i) => {
    if (names.indexOf(role) < i) wrong(['roles', i, 'role'], `found the role ${role} a second time; accepted: each role once`)
    if (parent !== NONE_ABOVE && !names.includes(parent))
      wrong(['roles', i, 'parent'], `found the parent ${parent}; accepted: ${[NONE_ABOVE, ...names].join(', ')}`)
    else if (isCircular(role, roles)) wrong(['roles', i, 'parent'], `found the role ${role} above itself; accepted: a parent above it`)
    else if (parent !== NONE_ABOVE && guaranteeCpu + guaranteeMemory + limitCpu + limitMemory > 0)
      wrong(['roles', i, 'role'], `found a quota of ${role}, which has a parent; accepted: quota of roles without one`)
    if (limitCpu > 0 && guaranteeCpu > limitCpu)
      wrong(['roles', i, 'guaranteeCpu'], 'found more than limitCpu; accepted: at most the limit')
    if (limitMemory > 0 && guaranteeMemory > limitMemory)
      wrong(['roles', i, 'guaranteeMemory'], 'found more than limitMemory; accepted: at most the limit')
  })
  frameworks.forEach(({ tenant, role }, i) => {
    if (frameworks.findIndex((one) => one.tenant === tenant) < i)
      wrong(['frameworks', i, 'tenant'], `found the tenant ${tenant} a second time; accepted: one framework per tenant`)
    if (role !== 'tenant' && !names.includes(role))
      wrong(['frameworks', i, 'role'], `found the role ${role}; accepted: ${['tenant', ...names].join(', ')}`)
  })
  const answers = [answer, ...frameworks.map((one) => one.answer)]
  if (timeout > 0 && answers.every((one) => one <= timeout))
    wrong(['timeout'], 'found a timeout within which every framework answers; accepted: one below the longest answer, or none')
  return problems
}

function isCircular(role: string, roles: Given['roles']): boolean {
  let above: string | undefined = role
  for (let steps = 0; steps <= roles.length && above !== undefined; steps++) above = roles.find((one) => one.role === above)?.parent
  return above !== undefined && above !== NONE_ABOVE
}
