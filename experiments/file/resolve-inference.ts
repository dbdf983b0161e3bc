/** Services that serve a language model: their sizes in tokens, and keys that do not go with them. */
import { recordedTokensProblem, type TrafficSpec, type WorkSpec } from '../../workloads/index.ts'
import type { Issue } from './document.ts'
import type { CallSpec, ServiceSpec } from './scenario.ts'
import type { ScenarioData, ServiceData } from './schema.ts'

type Refuse = (key: string, message: string) => void

/** The services with what their requests cost in tokens. Adds an issue for each key that needs CPU work, and for sizes that cannot be drawn or read. */
export function resolveInference<T extends Pick<ServiceSpec, 'traffic' | 'work'>>(
  { workload }: ScenarioData,
  services: readonly T[],
  calls: readonly CallSpec[],
  issues: Issue[],
): readonly T[] {
  return services.map((spec, i) => {
    const given = workload.services[i]
    const refuse: Refuse = (key, message) => void issues.push({ path: ['workload', 'services', i, key], message })
    const tokens = spec.work?.tokens
    if (given.inference === undefined) {
      if (tokens !== undefined) refuse('work', 'found tokens without inference; accepted: inference: {}, or wait and cpu')
      return spec
    }
    refuseKeys(given, refuse)
    if (calls.some(({ service }) => service === i))
      refuse('inference', 'found a call of this service by another; accepted: requests from outside, traffic')
    if (tokens === undefined)
      refuse('work', 'found no tokens with inference; accepted: { tokens: recorded }, or { tokens: { prompt, output } }')
    else if (tokens === 'recorded') refuseUnrecorded(spec.traffic, refuse)
    else {
      if (tokens.shared !== undefined && !hasClients(spec.traffic))
        refuse('work', 'found shared tokens without clients, who share them; accepted: traffic with clients')
      return { ...spec, work: { ...(spec.work as WorkSpec), tokens: { ...tokens, block: given.inference.block } } }
    }
    return { ...spec, inference: given.inference }
  })
}

function refuseKeys(given: ServiceData, refuse: Refuse): void {
  if (given.threads !== 0) refuse('threads', `found ${given.threads} with inference; accepted: maxSequences of inference`)
  if (given.concurrency !== undefined) refuse('concurrency', 'found an adaptive limit with inference; accepted: maxSequences and queue')
  if (given.queue === 0)
    refuse('queue', 'found 0 with inference, whose requests wait for the end of an iteration; accepted: at least 1, or unlimited')
}

/** Single traffic or the parts of merged traffic. */
const partsOf = (traffic: TrafficSpec): readonly TrafficSpec[] => (traffic.pattern === 'merge' ? traffic.parts : [traffic])

function hasClients(traffic: TrafficSpec | null): boolean {
  if (traffic === null) return false
  return partsOf(traffic).every(
    (part) => part.pattern === 'closed-loop' || part.pattern === 'trace' || ('clients' in part && part.clients !== undefined),
  )
}

function refuseUnrecorded(traffic: TrafficSpec | null, refuse: Refuse): void {
  if (traffic === null) return
  for (const part of partsOf(traffic)) {
    const problem =
      part.pattern === 'trace'
        ? recordedTokensProblem(part)
        : `tokens: recorded with the pattern ${part.pattern}; accepted: a recording, or { tokens: { prompt, output } }`
    if (problem !== '') refuse('work', `found ${problem}`)
  }
}
