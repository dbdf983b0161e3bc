/** Ports of a node that its pods occupy. A set, as in the real scheduler: removing one of two pods that share a port frees it. */
import type { HostPort } from '../../../cluster/rules.ts'

const ANY_IP = '0.0.0.0'

/** The ports of one node. */
export class HostPorts {
  /** IPs by "protocol port". */
  private readonly taken = new Map<string, Set<string>>()

  add(ports: readonly HostPort[]): void {
    for (const port of ports) {
      const ips = this.taken.get(keyOf(port)) ?? new Set()
      this.taken.set(keyOf(port), ips.add(port.ip))
    }
  }

  remove(ports: readonly HostPort[]): void {
    for (const port of ports) this.taken.get(keyOf(port))?.delete(port.ip)
  }

  /** Whether one of the ports is taken: same protocol and number, and the same IP or one of the two on every IP. */
  conflicts(wanted: readonly HostPort[]): boolean {
    return wanted.some((port) => {
      const ips = this.taken.get(keyOf(port))
      if (ips === undefined || ips.size === 0) return false
      return port.ip === ANY_IP || ips.has(ANY_IP) || ips.has(port.ip)
    })
  }

  copy(): HostPorts {
    const copy = new HostPorts()
    for (const [key, ips] of this.taken) copy.taken.set(key, new Set(ips))
    return copy
  }
}

const keyOf = ({ protocol, port }: HostPort): string => `${protocol} ${port}`
