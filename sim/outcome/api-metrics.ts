/** Fills the metrics of requests to the API server (api-rows.ts), and their columns of the time series. */
import type { Time } from '../common/ids.ts'
import { API_COMPONENTS, type ApiRecorder } from '../measure/api-recorder.ts'
import { put, putQuantile, type Sheet } from './sheet.ts'
import type { TableColumn } from './table.ts'

const SECOND = 1e6
const MILLISECOND = 1000

/** What the metrics are made from. */
export interface ApiMetricsRun {
  readonly api: ApiRecorder
  readonly input: { readonly apiClients?: unknown; readonly apiServer?: unknown }
}

/** Nothing is filled without limits of clients and without a time of the server. */
export function apiMetrics({ api, input }: ApiMetricsRun, sheet: Sheet): void {
  if (!sendsRequests(input)) return
  const { controllers, scheduler, kubelets } = api.requests
  put(sheet, 'api-requests', controllers + scheduler + kubelets)
  put(sheet, 'api-requests-controllers', controllers)
  put(sheet, 'api-requests-scheduler', scheduler)
  put(sheet, 'api-requests-kubelets', kubelets)
  put(sheet, 'api-throttled', api.throttled / SECOND)
  put(sheet, 'queue-delay-mean', api.queueDelay / api.syncs / MILLISECOND)
  put(sheet, 'queue-delay-max', api.syncs === 0 ? NaN : api.longestDelay / MILLISECOND)
  if (input.apiServer === undefined) return
  put(sheet, 'api-latency-mean', api.latency.mean / MILLISECOND)
  putQuantile(sheet, 'api-latency-p99', api.latency, 0.99, MILLISECOND)
  put(sheet, 'api-refusals', api.refusals)
}

const sendsRequests = ({ apiClients, apiServer }: ApiMetricsRun['input']): boolean => apiClients !== undefined || apiServer !== undefined

/** Requests per second of each component and the longest queue delay, step by step. */
export class ApiSeries {
  private readonly api: ApiRecorder
  private readonly step: Time
  private readonly before: Record<string, number> = {}
  private readonly requests: readonly number[][] = API_COMPONENTS.map(() => [])
  private readonly delays: number[] = []

  /** Null without limits of clients and without a time of the server. */
  static of({ api, input }: ApiMetricsRun & { readonly input: { readonly sample: Time } }): ApiSeries | null {
    return sendsRequests(input) ? new ApiSeries(api, input.sample) : null
  }

  private constructor(api: ApiRecorder, step: Time) {
    this.api = api
    this.step = step
  }

  sample(): void {
    API_COMPONENTS.forEach((component, i) => {
      const sent = this.api.sentBy[component]
      this.requests[i].push(((sent - (this.before[component] ?? 0)) * SECOND) / this.step)
      this.before[component] = sent
    })
    this.delays.push(this.api.takeLongest() / SECOND)
  }

  columns(): TableColumn[] {
    const column = (name: string, label: string, unit: string, values: readonly number[]): TableColumn => ({
      name,
      label,
      unit,
      role: 'metric',
      values: Float64Array.from(values),
    })
    return [
      ...API_COMPONENTS.map((component, i) =>
        column(`api-requests-${component}`, `API requests, ${component}`, 'requests/s', this.requests[i]),
      ),
      column('queue-delay', 'longest delay in work queues', 's', this.delays),
    ]
  }
}
