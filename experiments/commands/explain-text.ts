/** Explanations of decisions as text for the terminal. */
import { plainText } from '../../reports/index.ts'
import { showCpu, showMemory, type DecisionRecord, type PreemptionRecord, type Rejection } from '../../sim/index.ts'
import type { Explanation, SnapshotHead } from './explanation.ts'

/** Nodes named per reason, and rows of the table of scores. */
const NAMED = 3
const ROWS = 8

/** What the snapshot contains, and what was not understood. */
export function headText(head: SnapshotHead): string {
  const { snapshot, nodes, running, pending, finished, otherKinds, warnings } = head
  const others = otherKinds.map(({ kind, count }) => `${count} ${kind}`).join(', ')
  const lines = [
    `${snapshot}: ${count(nodes, 'node')}, ${running} running, ${pending} pending, ${finished} finished pods; kube-scheduler 1.34, all nodes examined`,
    ...(others === '' ? [] : [`not read, since they do not decide about placement: ${others}`]),
    ...warnings.map((warning) => `warning: ${warning}`),
  ]
  return `${plain(lines)}\n`
}

/** The filters, scores, choice and victims of one pod. */
export function explanationText({ pod, priority, requests, gates, decision }: Explanation, nodes: number): string {
  const asked = Object.entries(requests).map(([name, amount]) => `${name} ${amountText(name, amount)}`)
  const lines = [`\n${pod}: priority ${priority}, requests ${asked.length === 0 ? 'nothing' : asked.join(', ')}`]
  if (decision === null) lines.push(`  ${gates}`)
  else
    lines.push(...filterLines(decision, nodes), ...scoreLines(decision), ...choiceLines(decision), ...preemptionLines(decision.preemption))
  return `${plain(lines)}\n`
}

const plain = (lines: readonly string[]): string =>
  lines.map((line) => (line.startsWith('\n') ? `\n${plainText(line.slice(1))}` : plainText(line))).join('\n')

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

function amountText(resource: string, amount: number): string {
  if (resource === 'cpu') return showCpu(amount)
  return resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-')
    ? showMemory(amount)
    : String(amount)
}

function some(names: readonly string[]): string {
  return names.length > NAMED ? `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more` : names.join(', ')
}

/** Refusals with the same plugin and reasons, the most frequent first. */
function grouped(refusals: Readonly<Record<string, Rejection>>): { readonly rejection: Rejection; readonly nodes: readonly string[] }[] {
  const groups = new Map<string, { readonly rejection: Rejection; readonly nodes: string[] }>()
  for (const [node, rejection] of Object.entries(refusals)) {
    const key = JSON.stringify([rejection.plugin, rejection.code, rejection.reasons])
    const group = groups.get(key) ?? { rejection, nodes: [] }
    group.nodes.push(node)
    groups.set(key, group)
  }
  return [...groups.values()].sort((a, b) => b.nodes.length - a.nodes.length)
}

function groupLines(refusals: Readonly<Record<string, Rejection>>): string[] {
  return grouped(refusals).map(({ rejection: { plugin, code, reasons }, nodes }) => {
    const by = plugin === '' ? '' : ` [${plugin}]`
    const hopeless = code === 'UnschedulableAndUnresolvable' ? ', preemption cannot help' : ''
    return `    ${count(nodes.length, 'node')}: ${reasons.join(', ')}${by}${hopeless} (${some(nodes)})`
  })
}

function filterLines(decision: DecisionRecord, nodes: number): string[] {
  const { preFilterRejects, preFilterNodes, rejected, feasible } = decision
  if (preFilterRejects !== null) return [`  refused before any filter: ${preFilterRejects.reasons.join(', ')} [${preFilterRejects.plugin}]`]
  const narrowed = preFilterNodes === null ? '' : `; only ${some(preFilterNodes)} ${preFilterNodes.length === 1 ? 'was' : 'were'} filtered`
  return [`  feasible: ${feasible.length} of ${count(nodes, 'node')}${narrowed}`, ...groupLines(rejected)]
}

/** The nodes with the highest totals, a column per plugin: normalized score times weight, after the raw score where they differ. */
function scoreLines({ scored, feasible, raw, weighted, total, best }: DecisionRecord): string[] {
  if (!scored) return []
  const plugins = Object.keys(weighted)
  const order = [...feasible.keys()].sort((a, b) => total[b] - total[a]).slice(0, ROWS)
  const cell = (plugin: string, i: number): string =>
    raw[plugin][i] === weighted[plugin][i] ? String(raw[plugin][i]) : `${raw[plugin][i]} > ${weighted[plugin][i]}`
  const rows = [
    ['node', 'total', ...plugins],
    ...order.map((i) => [
      `${feasible[i]}${best.includes(feasible[i]) ? ' *' : ''}`,
      String(total[i]),
      ...plugins.map((plugin) => cell(plugin, i)),
    ]),
  ]
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const lines = rows.map((row) =>
    `    ${row.map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]))).join('  ')}`.trimEnd(),
  )
  const more = feasible.length - order.length
  return ['  scores (raw > normalized and weighted):', ...lines, ...(more > 0 ? [`    and ${more} more`] : [])]
}

function choiceLines({ chosen, best, total, feasible, message }: DecisionRecord): string[] {
  if (chosen === null) return [`  choice: none. ${message}`]
  if (feasible.length === 1) return [`  choice: ${chosen}, the only feasible node; no scores run`]
  if (best.length === 1) return [`  choice: ${chosen}`]
  return [`  choice: one of ${best.length} tied nodes with ${Math.max(...total)}, at random: ${some(best)}`]
}

function preemptionLines(preemption: PreemptionRecord | null): string[] {
  if (preemption === null || !preemption.eligible || preemption.potentialNodes.length === 0) return []
  const { candidates, notCandidates, best } = preemption
  const lines = [
    `  preemption: ${Object.keys(candidates).length} of ${count(preemption.potentialNodes.length, 'node')} where it might help`,
  ]
  for (const node of best.slice(0, NAMED)) {
    const { victims, pdbViolations } = candidates[node]
    const violated = pdbViolations === 0 ? '' : `, ${count(pdbViolations, 'violation')} of disruption budgets`
    lines.push(`    ${node}: would evict ${victims.join(', ')}${violated}`)
  }
  if (best.length > NAMED) lines.push(`    and ${best.length - NAMED} more nodes that are as good`)
  return [...lines, ...groupLines(notCandidates)]
}
