/** Envoy's outlier detection by consecutive errors. Source: Envoy documentation, outlier detection; recordings of Envoy 1.40. */

/** Settings of a cluster. */
export interface OutlierSettings {
  /** 5xx answers in a row after which a host is ejected. */
  readonly consecutive5xx: number
  /** Of all hosts that may be ejected at once. */
  readonly maxEjectionPercent: number
}

/**
 * Counts errors in a row by host. An ejection that the limit forbids resets the count, as every ejection does. In the recordings of 1.40 a second host is never
 * ejected while one is, whatever the limit allows, and no host is ejected where a single one is more than the limit; both are done here. How long a host stays
 * ejected is not modelled.
 */
export class OutlierDetector {
  private readonly settings: OutlierSettings
  private readonly errors: number[]
  private ejected = -1

  constructor(settings: OutlierSettings, hosts: number) {
    this.settings = settings
    this.errors = Array.from({ length: hosts }, () => 0)
  }

  isEjected(host: number): boolean {
    return host === this.ejected
  }

  /** An answer of the host has come. */
  answered(host: number, failed: boolean): void {
    this.errors[host] = failed ? this.errors[host] + 1 : 0
    if (this.errors[host] < this.settings.consecutive5xx) return
    this.errors[host] = 0
    if (this.ejected === -1 && 100 / this.errors.length <= this.settings.maxEjectionPercent) this.ejected = host
  }
}
