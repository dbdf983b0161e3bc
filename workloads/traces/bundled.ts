/** The list of bundled traces. Each folder of `workloads/data` has a README with its columns, its origin and how it was cut. */

/** A bundled trace. */
export interface BundledTrace {
  /** The name that `trace:` takes. */
  readonly name: string
  /** Name of a format in `rowFormats`. */
  readonly format: string
  /** Folder in `workloads/data`. */
  readonly folder: string
  readonly file: string
  /** Short name of the licence. Its text is in the folder, or the README of the folder gives its origin. */
  readonly licence: string
  /** Author, year, where published. */
  readonly cite: string
}

const AZURE_LLM = 'Patel et al. 2024, Splitwise, ISCA'
const NAB = 'Lavin and Ahmad 2015, ICMLA'
const NASA = 'J. Dumoulin, M. Arlitt, C. Williamson, Internet Traffic Archive'
const BITBRAINS = 'Shen, van Beek and Iosup 2015, CCGrid'
const WORKFLOWS = 'Versluis et al. 2020, The Workflow Trace Archive, IEEE TPDS'

export const bundledTraces: readonly BundledTrace[] = [
  {
    name: 'openb',
    format: 'openb',
    folder: 'openb-gpu-2023',
    file: 'openb_pod_list_default.csv',
    licence: 'Apache-2.0',
    cite: 'Weng et al. 2023, USENIX ATC',
  },
  {
    name: 'surf',
    format: 'surf',
    folder: 'surf-lisa-2022',
    file: 'tasks_2022-10.csv.gz',
    licence: 'MIT',
    cite: 'SURF, through OpenDC (AtLarge Research)',
  },
  { name: 'bitbrains-vms', format: 'bitbrains-vms', folder: 'bitbrains-small-2013', file: 'vms.csv', licence: 'MIT', cite: BITBRAINS },
  { name: 'azure-llm', format: 'azure-llm', folder: 'azure-llm-2023', file: 'conv.csv', licence: 'CC-BY-4.0', cite: AZURE_LLM },
  {
    name: 'mooncake',
    format: 'mooncake',
    folder: 'mooncake-conversation-2024',
    file: 'conversation_trace.jsonl.gz',
    licence: 'Apache-2.0',
    cite: 'Qin et al. 2025, FAST',
  },
  {
    name: 'azure-functions',
    format: 'azure-functions',
    folder: 'azure-functions-2021-sample',
    file: 'Azure2021_200.csv',
    licence: 'MIT, data CC-BY-4.0',
    cite: 'Zhang et al. 2021, SOSP',
  },
  {
    name: 'azure-functions-2019',
    format: 'azure-functions-2019',
    folder: 'azure-functions-2019-sample',
    file: 'invocations.csv',
    licence: 'MIT, data CC-BY-4.0',
    cite: 'Shahrad et al. 2020, USENIX ATC',
  },
  { name: 'nasa', format: 'nasa', folder: 'nasa-http-1995', file: 'july_per_minute.csv', licence: 'freely redistributable', cite: NASA },
  {
    name: 'nasa-day',
    format: 'nasa',
    folder: 'nasa-http-1995',
    file: 'july13_per_second.csv.gz',
    licence: 'freely redistributable',
    cite: NASA,
  },
  { name: 'elb', format: 'nab', folder: 'nab-metrics', file: 'elb_request_count_8c0756.csv', licence: 'MIT', cite: NAB },
  { name: 'taxi', format: 'nab', folder: 'nab-metrics', file: 'nyc_taxi.csv', licence: 'MIT', cite: NAB },
  { name: 'group-size', format: 'nab-level', folder: 'nab-metrics', file: 'grok_asg_anomaly.csv', licence: 'MIT', cite: NAB },
  { name: 'bitbrains', format: 'bitbrains', folder: 'bitbrains-small-2013', file: 'cpu_usage.csv.gz', licence: 'MIT', cite: BITBRAINS },
  { name: 'chronos', format: 'workflows', folder: 'workflows-chronos', file: 'tasks.csv', licence: 'MIT', cite: WORKFLOWS },
  { name: 'askalon', format: 'workflows', folder: 'workflows-askalon', file: 'tasks.csv', licence: 'MIT', cite: WORKFLOWS },
]

/** The bundled trace with this name; undefined when there is none. */
export function bundledTrace(name: string): BundledTrace | undefined {
  return bundledTraces.find((trace) => trace.name === name)
}

/** Path of its file, relative to the folder of the package. */
export function bundledFile({ folder, file }: BundledTrace): string {
  return `workloads/data/${folder}/${file}`
}
