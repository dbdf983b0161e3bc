/** The best of many packings: every packer with every rule for the types of new bins, with and without right-sizing. */
import { valuesOf } from '../../common/define.ts'
import type { ParameterValue } from '../../common/define.ts'
import { newBinsNames } from '../round/new-bins.ts'
import { verifyPacking } from '../bounds/verify.ts'
import type { Packer, Packing, PackingProblem, PackerDefinition } from '../policy.ts'

/** What is least: the number of nodes, or their price. */
export type Objective = 'nodes' | 'cost'

/** A packing and how it was found. */
export interface Plan {
  /** "best-fit-decreasing newBins=largest". */
  readonly by: string
  readonly packing: Packing
  readonly nodes: number
  /** Micro-dollars per hour. */
  readonly cost: number
}

/** The best plan for an objective; the other one decides ties, then the order of the packers. Pods that are left over count most. */
export function bestPlan(problem: PackingProblem, packers: readonly PackerDefinition[], objective: Objective): Plan {
  let best: Plan | undefined
  for (const plan of plans(problem, packers)) if (best === undefined || isBetter(plan, best, objective)) best = plan
  if (best === undefined) throw new Error('no packer is given; accepted: at least one')
  return best
}

function* plans(problem: PackingProblem, packers: readonly PackerDefinition[]): Generator<Plan> {
  for (const definition of packers) {
    for (const newBins of newBinsNames) {
      for (const rightSizing of [false, true]) {
        const given: Record<string, ParameterValue> = { newBins, rightSizing }
        const packer = definition.create(valuesOf(definition.parameters, given), { now: () => 0 })
        if (packer !== null) yield planOf(problem, packer, `${definition.name} newBins=${newBins}${rightSizing ? ' rightSizing' : ''}`)
      }
    }
  }
}

function planOf(problem: PackingProblem, packer: Packer, by: string): Plan {
  const packing = packer.pack(problem)
  const problems = verifyPacking(problem, packing)
  if (problems.length > 0) throw new Error(`${by}: ${problems.join('; ')}`)
  const cost = packing.opened.reduce((sum, type) => sum + problem.types[type].price, 0)
  return { by, packing, nodes: packing.opened.length, cost }
}

function isBetter(a: Plan, b: Plan, objective: Objective): boolean {
  if (a.packing.leftOver !== b.packing.leftOver) return a.packing.leftOver < b.packing.leftOver
  const [first, second] = objective === 'nodes' ? (['nodes', 'cost'] as const) : (['cost', 'nodes'] as const)
  return a[first] !== b[first] ? a[first] < b[first] : a[second] < b[second]
}
