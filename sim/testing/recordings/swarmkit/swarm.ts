/**
 * Replays SwarmKit's scheduler. It walks Go maps, so a case is run with several seeds of that order.
 * - exact: each run gives the recorded counts and explanations; up-to-symmetry: each run the recorded counts per class of nodes;
 * - random: each recorded answer is as frequent in ours, within LIMIT standard deviations of the difference of two samples. The same holds
 *   for all of them together; where not all are recorded, at least one of ours is among them (the sum of the most frequent ones is biased).
 */
import { Streams } from '../../../random/stream.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'
import { ScriptedSwarm, type RecordedNode, type RecordedService, type RecordedStep, type StepResult } from './cluster.ts'
import { goMapOrder } from './go-map.ts'

/** One recorded case. */
export interface SwarmCase extends RecordedCase {
  readonly nodes: readonly RecordedNode[]
  readonly services: readonly RecordedService[]
  readonly initial?: readonly { readonly node: string; readonly service: string; readonly count: number }[]
  readonly steps: readonly RecordedStep[]
  readonly runs: number
  readonly determinism: 'exact' | 'up-to-symmetry' | 'random'
  readonly node_classes: readonly (readonly string[])[]
  /** Number of different answers; the 12 most frequent are recorded. */
  readonly distinct_canonical: number
  readonly outcomes: readonly { readonly steps: readonly StepResult[] }[]
  readonly canonical: readonly { readonly times: number; readonly steps: readonly (readonly string[])[] }[]
}

/** Runs of a case whose answer does not depend on the order. */
const RUNS = 4
/** Runs of a random case. */
const RANDOM_RUNS = 72
/** Runs of a case whose answers are too many for RANDOM_RUNS to give one of the recorded ones. */
const MOST_RUNS = 2000
/** Standard deviations: a sound answer is refused once in some 10,000 comparisons. */
const LIMIT = 4

const run = (recorded: SwarmCase, seed: number): StepResult[] => {
  const swarm = new ScriptedSwarm(recorded.nodes, recorded.services, goMapOrder(new Streams('swarmkit', seed).stream('order')))
  swarm.start(recorded.initial ?? [])
  return recorded.steps.map((step) => swarm.do(step))
}

/** Per class of equal nodes the sorted texts of its nodes: steps by `|`, counts in the order of services, `@` and the cycles that chose it. */
function canonical({ services, node_classes }: SwarmCase, steps: readonly StepResult[]): string[][] {
  const textOf = (node: string): string =>
    steps
      .map(({ tasks, picks }) => {
        const counts = services.map(({ id }) => tasks?.[id]?.[node] ?? 0).join(',')
        return picks === undefined ? counts : `${counts}@${picks.map((pick, i) => (pick === node ? `${i}.` : '')).join('')}`
      })
      .join('|')
  const waiting = steps.map((step) => services.map(({ id }) => step.waiting?.[id] ?? 0).join(',')).join('|')
  return [...node_classes.map((nodes) => nodes.map(textOf).sort()), [`waiting ${waiting}`]]
}

/** Replays a case. */
export function replaySwarm(recorded: SwarmCase): string | null {
  if (recorded.determinism === 'random') return compareFrequencies(recorded)
  for (let seed = 0; seed < RUNS; seed++) {
    const steps = run(recorded, seed)
    const difference =
      recorded.determinism === 'exact'
        ? firstDifference(recorded.outcomes[0].steps, steps, 'steps', true)
        : firstDifference(recorded.canonical[0].steps, canonical(recorded, steps), 'classes')
    if (difference !== null) return `order ${seed}: ${difference}`
  }
  return null
}

function compareFrequencies(recorded: SwarmCase): string | null {
  const times = new Map<string, number>()
  for (let seed = 0; seed < RANDOM_RUNS; seed++) {
    const key = JSON.stringify(canonical(recorded, run(recorded, seed)))
    times.set(key, (times.get(key) ?? 0) + 1)
  }
  const counts = recorded.canonical.map(({ steps, times: theirs }) => ({ steps, theirs, ours: times.get(JSON.stringify(steps)) ?? 0 }))
  for (const { steps, theirs, ours } of counts)
    if (deviation(theirs, recorded.runs, ours) > LIMIT)
      return `recorded ${theirs} of ${recorded.runs} times, ours ${ours} of ${RANDOM_RUNS}: ${JSON.stringify(steps)}`
  if (recorded.distinct_canonical > counts.length)
    return counts.some(({ ours }) => ours > 0) || searchFurther(recorded)
      ? null
      : `none of ours in ${MOST_RUNS} runs is among the ${counts.length} recorded answers`
  const sum = (of: 'theirs' | 'ours'): number => counts.reduce((total, count) => total + count[of], 0)
  return deviation(sum('theirs'), recorded.runs, sum('ours')) > LIMIT
    ? `the recorded answers make up ${sum('theirs')} of ${recorded.runs} recorded runs, but ${sum('ours')} of ours`
    : null
}

/** Whether one of the runs after the first RANDOM_RUNS gives a recorded answer. */
function searchFurther(recorded: SwarmCase): boolean {
  const answers = new Set(recorded.canonical.map(({ steps }) => JSON.stringify(steps)))
  for (let seed = RANDOM_RUNS; seed < MOST_RUNS; seed++)
    if (answers.has(JSON.stringify(canonical(recorded, run(recorded, seed))))) return true
  return false
}

/** Difference of two shares in standard deviations of the difference, if both are samples of one share. */
function deviation(theirs: number, runs: number, ours: number): number {
  const share = (theirs + ours) / (runs + RANDOM_RUNS)
  const difference = Math.abs(theirs / runs - ours / RANDOM_RUNS)
  return difference === 0 ? 0 : difference / Math.sqrt(share * (1 - share) * (1 / runs + 1 / RANDOM_RUNS))
}
