/** From the steps of services to calls with rows: names become services, calls in a circle and unreachable services are refused. */
import { callCycle, suggestion } from '../../sim/index.ts'
import { isPerNode } from './resolve-orchestration.ts'
import type { Path } from './document.ts'
import type { Issue } from './document.ts'
import { selection } from './resolve-selection.ts'
import type { CallSpec, ServiceSpec, StepSpec } from './scenario.ts'
import type { ServiceData } from './schema.ts'
import type { StepData } from './schema/work.ts'

type CallData = Extract<StepData, { call: unknown }>['call']

/** What the steps of a service become. */
export type ServiceWork = Pick<ServiceSpec, 'work' | 'steps'>

/** The calls of all services, and what each service does with a request. Adds an issue for each call of an unknown service, a cycle, a service without requests, and keys without effect. */
export function resolveCalls(
  services: readonly ServiceData[],
  issues: Issue[],
): { readonly calls: readonly CallSpec[]; readonly ofService: readonly ServiceWork[] } {
  const resolving = new ResolvingCalls(services, issues)
  const ofService = services.map((service, i) => resolving.service(service, i))
  resolving.refuseCycle()
  resolving.refuseIdle()
  resolving.refuseWithoutEffect()
  return { calls: resolving.calls, ofService }
}

class ResolvingCalls {
  readonly calls: CallSpec[] = []
  private readonly services: readonly ServiceData[]
  private readonly names: readonly string[]
  private readonly issues: Issue[]
  /** Where each call is in the file. */
  private readonly places: Path[] = []

  constructor(services: readonly ServiceData[], issues: Issue[]) {
    this.services = services
    this.names = services.map(({ name }) => name)
    this.issues = issues
  }

  service({ work }: ServiceData, caller: number): ServiceWork {
    const [first, ...others] = work.steps
    const own = 'cost' in first ? first.cost : null
    const steps = (own === null ? work.steps : others).flatMap((step, i) =>
      this.step(step, caller, ['workload', 'services', caller, 'work', 'steps', i + (own === null ? 0 : 1)]),
    )
    return { work: own, ...(steps.length === 0 ? {} : { steps }) }
  }

  private step(step: StepData, caller: number, path: Path): StepSpec[] {
    if ('cost' in step) return [step]
    if ('call' in step) {
      const row = this.add(step.call, caller, path)
      return Array.from({ length: step.call.count }, () => ({ calls: [row] }))
    }
    const rows = step.parallel.flatMap((call, i) => {
      const row = this.add(call, caller, [...path, 'parallel', i])
      return new Array<number>(call.count).fill(row)
    })
    return [{ calls: rows }]
  }

  /** Two calls between the same services are two rows, the second is named `a->b#2`. */
  private add({ call, count: _, slb, hedge, ...rest }: CallData, caller: number, path: Path): number {
    const service = this.names.indexOf(call)
    if (service < 0)
      this.issues.push({
        path: [...path, 'call'],
        message: `found the unknown service "${call}"; accepted: ${this.names.join(', ')}${suggestion(call, this.names)}`,
      })
    const pair = `${this.names[caller]}->${call}`
    const before = this.calls.filter((other) => other.caller === caller && other.service === service).length
    this.places.push([...path, 'call'])
    return (
      this.calls.push({
        name: before === 0 ? pair : `${pair}#${before + 1}`,
        caller,
        service,
        ...rest,
        ...(hedge === undefined ? {} : { hedge }),
        ...(slb === undefined ? {} : { slb: selection(slb) }),
      }) - 1
    )
  }

  refuseCycle(): void {
    const known = this.calls.filter(({ service }) => service >= 0)
    const cycle = callCycle(
      this.services.length,
      known.map(({ caller, service }) => [caller, service]),
    )
    if (cycle.length === 0) return
    const closing = this.calls.findIndex(({ caller, service }) => caller === cycle[cycle.length - 2] && service === cycle[0])
    this.issues.push({
      path: this.places[closing],
      message: `found calls in a circle, ${cycle.map((row) => this.names[row]).join(' -> ')}; accepted: calls without a cycle`,
    })
  }

  /** Keys that cannot change anything where they stand. */
  refuseWithoutEffect(): void {
    this.services.forEach(({ traffic, timeout, retries, hedge, cancel, async, threads }, row) => {
      const refuse = (key: string, found: string, accepted: string): void =>
        void this.issues.push({ path: ['workload', 'services', row, key], message: `found ${found}; accepted: ${accepted}` })
      if (traffic === undefined) {
        const keys = { timeout: timeout > 0, retries: retries.limit > 0, hedge: hedge !== undefined, cancel: !cancel }
        const given = Object.entries(keys).flatMap(([key, isGiven]) => (isGiven ? [key] : []))
        for (const key of given)
          refuse(key, `${key} of clients from outside, but the service has no traffic`, `${key} in the steps that call it`)
      }
      if (async && !this.calls.some(({ caller }) => caller === row))
        refuse('async', 'true, but the service calls no other', 'steps with a call')
      else if (async && threads === 0) refuse('async', 'true, but the service works on all requests at once', 'a number of threads')
    })
    const bounded = this.services.map((_, row) => this.hasDeadline(row, []))
    this.calls.forEach(({ deadline, caller }, i) => {
      if (!deadline || bounded[caller]) return
      const name = this.names[caller]
      this.issues.push({
        path: [...this.places[i].slice(0, -1), 'deadline'],
        message: `found true, but requests of ${name} have no deadline; accepted: a timeout of ${name}, or of the calls of it`,
      })
    })
  }

  /** Whether some request of a service has a deadline. `visited` ends the search in a cycle, which is an issue of its own. */
  private hasDeadline(row: number, visited: readonly number[]): boolean {
    const { traffic, timeout } = this.services[row]
    if (traffic !== undefined && timeout > 0) return true
    return this.calls.some(
      (call) =>
        call.service === row &&
        (call.timeout > 0 || (call.deadline && !visited.includes(call.caller) && this.hasDeadline(call.caller, [...visited, row]))),
    )
  }

  refuseIdle(): void {
    this.services.forEach(({ traffic, controller }, row) => {
      if (traffic !== undefined || this.calls.some(({ service }) => service === row)) return
      // Agents of nodes need no requests.
      if (controller !== undefined && isPerNode(controller)) return
      this.issues.push({
        path: ['workload', 'services', row],
        message:
          'found no traffic, and no service calls this one; accepted: traffic: { rate: 100/s }, a call of it in the steps of another service, or a controller that keeps a pod on each node',
      })
    })
  }
}
