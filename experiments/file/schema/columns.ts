/** The map of the columns of a user's own table, in the experiment file. */
import { columnsKind, CPU_UNITS, MEMORY_UNITS, TIME_UNITS, type ColumnMap } from '../../../workloads/index.ts'
import { list, oneOf, section, words } from '../quantities.ts'

const keysOf = <K extends string>(units: Readonly<Record<K, unknown>>): readonly K[] => Object.keys(units) as K[]
const column = (what: string) => words().optional().describe(what)
const timeUnit = () => oneOf(keysOf(TIME_UNITS)).optional()

/** `{ time: Timestamp, unit: s, cpu: cores, duration: runtime, separator: ";" }`. */
export const columns = section('columns of a table', {
  time: words().describe('column of the time: arrival, submission, or start of the interval'),
  unit: timeUnit().describe(
    'unit of the time; default: dates such as 2014-04-10 00:04:00, or epochs in s, ms, us or ns, told apart by their size',
  ),
  separator: column('character between cells; default: comma, semicolon or tab, as in the header'),
  count: column('of a rate: arrivals from the time until the next row'),
  level: column('of a usage: requests per second'),
  series: column('of a usage: name of the series of a row; a run gets the sum of the series'),
  sizes: list('columns', words()).optional().describe('of requests: numbers that cpu and wait may refer to, such as tokens'),
  key: column('of requests: what makes two requests benefit from the same server, such as the client'),
  duration: column('of pods: how long they ran; an empty cell: for ever'),
  durationUnit: timeUnit().describe('unit of the duration; default: s'),
  end: column('of pods: instead of duration, the time at which they ended, in the unit of the time'),
  cpu: column('of pods: CPU request'),
  cpuUnit: oneOf(keysOf(CPU_UNITS)).optional().describe('default: cores'),
  memory: column('of pods: memory request'),
  memoryUnit: oneOf(keysOf(MEMORY_UNITS)).optional().describe('default: B, bytes'),
  gpus: column('of pods: number of whole GPUs'),
  tasks: column('of pods: number of equal pods of the job'),
  tenant: column('of pods: who submitted them'),
  priority: column('of pods: larger is more important'),
}).transform((given, context): ColumnMap => {
  const map = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as unknown as ColumnMap
  const found = columnsKind(map)
  if ('problem' in found) context.issues.push({ code: 'custom', message: `found ${found.problem}`, input: given })
  return map
})
