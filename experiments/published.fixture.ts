/** The published comparisons and what came out of them, as a table made from their files and golden rows: `npm run docs` writes it, a test compares. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

export const FAMILIES = ['scheduling', 'binpacking', 'autoscaling', 'slb'] as const

export interface Golden {
  /** Digest of the experiment's file that the rows belong to. */
  readonly experiment: string
  readonly rows: readonly GoldenRow[]
}

export interface GoldenRow {
  readonly variant: string
  readonly metric: string
  readonly unit: string
  readonly n: number
  readonly mean: number | null
  readonly half: number | null
  readonly verdict?: string
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Paths in this folder: `scheduling/fragmentation.yaml`, ... */
export const published = (): readonly string[] =>
  [...FAMILIES, 'loop'].flatMap((folder) =>
    readdirSync(here(`./${folder}`))
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => `${folder}/${name}`),
  )

export const goldenPath = (name: string): string => here(name.replace(/\.yaml$/, '.golden.json'))

/** More variants than these are told by the first, the lowest and the highest. */
const MOST = 8

const BEGIN = '<!-- made by npm run docs -->'
const END = '<!-- end -->'

/** The README with its table made anew. Throws an Error when the place for it is missing. */
export function withPublished(readme: string): string {
  const [before, after] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (before < 0 || after < before) throw new Error(`experiments/README.md: found no ${BEGIN} ... ${END}`)
  return `${readme.slice(0, before + BEGIN.length)}\n${table()}\n${readme.slice(after)}`
}

function table(): string {
  const rows = published().map((name) => {
    const { question, primary } = parse(readFileSync(here(name), 'utf8')) as { question: string; primary: string }
    const golden = JSON.parse(readFileSync(goldenPath(name), 'utf8')) as Golden
    const told = golden.rows.filter(({ metric }) => metric === primary)
    return `| [\`${name.replace('.yaml', '')}\`](${name}) | ${question} | \`${primary}\` [${told[0].unit}]: ${chosen(told).map(cell).join('; ')} |`
  })
  return ['| experiment | question | what came out: mean ± half of its 95 % interval |', '|---|---|---|', ...rows].join('\n')
}

function chosen(rows: readonly GoldenRow[]): readonly GoldenRow[] {
  if (rows.length <= MOST) return rows
  const byMean = rows.toSorted((a, b) => Number(a.mean) - Number(b.mean))
  return [...new Set([rows[0], byMean[0], byMean[byMean.length - 1]])]
}

/** "**best-fit, two-choices** 1.2 ± 0.1": values of axes without the axes' names. */
function cell({ variant, mean, half }: GoldenRow): string {
  const values = variant.split(', ').map((part) => part.slice(part.indexOf(' ') + 1))
  return `**${values.join(', ')}** ${mean}${half === null || half === 0 ? '' : ` ± ${half}`}`
}
