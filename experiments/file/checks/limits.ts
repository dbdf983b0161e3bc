/** Sizes that would fill the memory or never end, found before anything is allocated. */
import { showDuration } from '../../../sim/index.ts'
import type { Issue } from '../document.ts'
import type { ScenarioData } from '../schema.ts'
import { MAX_NODES } from '../schema/cluster.ts'
import { issuesAt } from './issues.ts'

const SECOND = 1e6
const YEAR = 365 * 24 * 3600 * SECOND
/** Times are below 2^53 µs, 285 years: ageing and horizon together. */
const LONGEST = 100 * YEAR
/** Requests are counted by second of arrival, 8 bytes a second and service: 2 GB. */
const MAX_SECONDS = 250_000_000
/** Rows of the time series, 100 bytes each. */
const MAX_SAMPLES = 1_000_000
/** Scrapes that an averaging window reaches back: every one of them keeps the use of each pod. */
const MAX_SCRAPES = 10_000

/** Issues of the horizon, of the periods within it, and of the number of nodes. */
export function limitIssues(data: Partial<ScenarioData>): Issue[] {
  return [...ofHorizon(data), ...ofDelays(data), ...ofNodes(data)]
}

function ofHorizon({ horizon, sample, start, workload, delays, eventBudget }: Partial<ScenarioData>): Issue[] {
  const { all, refuse } = issuesAt()
  if (start !== undefined && 'time' in start)
    refuse(start.time > LONGEST, ['start'], `found ${showDuration(start.time)} of ageing; accepted: at most ${showDuration(LONGEST)}`)
  if (horizon === undefined) return all
  const services = workload?.services.length ?? 0
  const longest = services === 0 ? LONGEST : Math.min(LONGEST, Math.floor(MAX_SECONDS / services) * SECOND)
  const because = services === 0 ? '' : ` with ${services} service${services === 1 ? '' : 's'}, whose requests are counted by the second`
  refuse(horizon > longest, ['horizon'], `found ${showDuration(horizon)}; accepted: at most ${showDuration(longest)}${because}`)
  const rows = sample === undefined ? 0 : Math.floor(horizon / sample)
  refuse(
    rows > MAX_SAMPLES,
    ['sample'],
    `found ${showDuration(sample ?? 0)}, which makes ${rows} rows of the time series in ${showDuration(horizon)}; accepted: at least ${showDuration(Math.ceil(horizon / MAX_SAMPLES))}`,
  )
  const scrapes = delays === undefined ? 0 : Math.floor(horizon / delays.scrape)
  const budget = eventBudget ?? Infinity
  refuse(
    scrapes > budget,
    ['delays', 'scrape'],
    `found ${showDuration(delays?.scrape ?? 0)}, which makes ${scrapes} scrapes in ${showDuration(horizon)}; accepted: at most the event budget of ${budget}, or at least ${showDuration(Math.ceil(horizon / budget))}`,
  )
  return all
}

function ofDelays({ delays }: Partial<ScenarioData>): Issue[] {
  if (delays === undefined) return []
  const { all, refuse } = issuesAt('delays')
  const { scrape, window } = delays
  const scrapes = Math.ceil(window / scrape)
  refuse(
    scrapes > MAX_SCRAPES,
    ['window'],
    `found ${showDuration(window)}, which is ${scrapes} scrapes of ${showDuration(scrape)}; accepted: at most ${MAX_SCRAPES} scrapes, ${showDuration(MAX_SCRAPES * scrape)}`,
  )
  return all
}

/** Each pool is bounded by the schema; together they are bounded here. */
function ofNodes({ cluster }: Partial<ScenarioData>): Issue[] {
  let nodes = 0
  // forEach skips holes, which stand for items that could not be read.
  cluster?.pools.forEach((pool) => (nodes += 'trace' in pool ? 0 : (pool.count ?? 0)))
  const message = `found ${nodes} nodes in all pools; accepted: at most ${MAX_NODES}`
  return nodes > MAX_NODES ? [{ path: ['cluster', 'pools'], message }] : []
}
