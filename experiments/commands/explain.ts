/** `orchsim explain`: with `schedule SNAPSHOT` what kube-scheduler decides about each pending pod of a snapshot, and why; `balance` and `rollout` have files of their own. */
import { basename } from 'node:path'
import { plainText } from '../../reports/index.ts'
import {
  decisionRecord,
  gatesMessage,
  KubeClusterState,
  kubePodInfo,
  KubeScheduler,
  overcommitted,
  profileOf,
  readConfiguration,
  rowOfProfile,
  suggestion,
  withKubePlugins,
  type KubePluginRun,
  type KubePod,
} from '../../sim/index.ts'
import { readSnapshot, TraceError, type Snapshot } from '../../workloads/index.ts'
import { firstLine } from '../file/load.ts'
import { pathText, problemsText, readSource, type Problem } from '../file/document.ts'
import type { Screens } from './command.ts'
import { explainRolloutCommand } from './explain-rollout.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { DECISIONS, type Explanation, type SnapshotHead } from './explanation.ts'
import { explainAutoscale } from './explain-autoscale.ts'
import { explainBalance } from './explain-balance.ts'
import { explanationText, headText } from './explain-text.ts'
import { pluginsOf } from './explain-plugins.ts'

/** Options of `explain`. */
export interface ExplainOptions {
  readonly pod: readonly string[]
  readonly json?: boolean
  /** Path of a KubeSchedulerConfiguration. */
  readonly config?: string
  /** Paths of own plugins, or maps with them. */
  readonly plugin?: readonly string[]
}

const EXAMPLES = 3

/** Explains placements, picks of a balancer (explain-balance.ts) or the steps of a rollout (explain-rollout.ts). */
export function explainCommand(decision: string, file: string, options: ExplainOptions, screens: Screens): ExitCode | Promise<ExitCode> {
  if (options.config !== undefined && decision !== 'schedule') return refused('found --config; accepted: --config with schedule', screens)
  if ((options.plugin ?? []).length > 0 && decision !== 'schedule')
    return refused('found --plugin; accepted: --plugin with schedule', screens)
  if (decision === 'balance') {
    if (options.pod.length > 0) return refused('found --pod with balance; accepted: --pod with schedule', screens)
    return explainBalance(file, options.json === true, screens)
  }
  if (decision === 'rollout') return explainRolloutCommand(file, options.json === true, screens)
  if (decision === 'autoscale') return explainAutoscale(file, options.json === true, screens)
  return (options.plugin ?? []).length === 0
    ? explainSchedule(decision, file, options, screens)
    : explainWithPlugins(decision, file, options, screens)
}

async function explainWithPlugins(decision: string, file: string, options: ExplainOptions, screens: Screens): Promise<ExitCode> {
  const profiles = profilesOf(options.config, [])
  const plugins = 'problems' in profiles ? profiles : await pluginsOf(options.plugin!, profiles.names)
  if ('problems' in plugins) {
    screens.err.write(`${problemsText(plugins.problems)}\n`)
    return EXIT.wrong
  }
  try {
    return explainSchedule(decision, file, options, screens, plugins.runs)
  } catch (error) {
    // What a plugin throws or returns is the user's problem.
    return refused(firstLine(error), screens)
  }
}

/** Prints the explanation of each pending pod, or of the pods that are named. Every pod is decided alone: no other pending pod is placed before it. */
function explainSchedule(
  decision: string,
  file: string,
  options: ExplainOptions,
  screens: Screens,
  plugins: readonly KubePluginRun[] = [],
): ExitCode {
  if (!DECISIONS.includes(decision))
    return refused(
      `found the decision ${JSON.stringify(decision)}; accepted: ${DECISIONS.join(', ')}${suggestion(decision, DECISIONS)}`,
      screens,
    )
  let snapshot: Snapshot
  try {
    snapshot = readSnapshot(file)
  } catch (error) {
    if (!(error instanceof TraceError)) throw error
    return refused(error.message, screens)
  }
  const profiles = profilesOf(options.config, plugins)
  if ('problems' in profiles) {
    screens.err.write(`${problemsText(profiles.problems)}\n`)
    return EXIT.wrong
  }
  const { names } = profiles
  const chosen = chosenPods(snapshot, options.pod, names)
  if ('wrong' in chosen) return refused(chosen.wrong, screens)
  const cluster = new KubeClusterState(snapshot.cluster)
  const head = headOf(snapshot, chosen.pods.length, overcommitted(cluster), names)
  const { out } = screens
  const asJson = options.json === true
  out.write(asJson ? `${JSON.stringify({ version: 1, scheduler: 'kube-scheduler 1.34', ...head })}\n` : headText(head))
  const schedulerOf = new Map(snapshot.pending.map(({ pod, scheduler }) => [pod, scheduler]))
  for (const pod of chosen.pods) {
    const explanation = explanationOf(pod, profiles.schedulers[rowOfProfile(names, schedulerOf.get(pod))], cluster)
    out.write(asJson ? `${JSON.stringify(explanation)}\n` : explanationText(explanation, head.nodes))
  }
  return EXIT.done
}

/** The schedulers of the profiles of a configuration, or of the default one. All nodes are examined, whatever percentageOfNodesToScore says. */
function profilesOf(
  file: string | undefined,
  plugins: readonly KubePluginRun[],
): { readonly names: readonly string[]; readonly schedulers: readonly KubeScheduler[] } | { readonly problems: readonly Problem[] } {
  const read = file === undefined ? null : readSource(file)
  if (read !== null && 'problems' in read) return { problems: read.problems }
  const { configuration, problems } = readConfiguration(read === null ? {} : read.source.data)
  if (read !== null && problems.length > 0) {
    const { source } = read
    return { problems: problems.map(({ path, message }) => ({ place: source.place(path), path: pathText(source.data, path), message })) }
  }
  return {
    names: configuration.profiles.map(({ name }) => name),
    schedulers: withKubePlugins(configuration.profiles, plugins).map(
      ({ options }) => new KubeScheduler(profileOf({ ...options, percentageOfNodesToScore: 100 }), 'lowest index'),
    ),
  }
}

function refused(message: string, { err }: Screens): ExitCode {
  err.write(`orchsim explain: ${plainText(message)}\n`)
  return EXIT.wrong
}

function explanationOf(pod: KubePod, scheduler: KubeScheduler, cluster: KubeClusterState): Explanation {
  const info = kubePodInfo(pod)
  const placed = cluster.take(info.key)
  const gates = gatesMessage(pod)
  const decision = gates === '' ? decisionRecord(scheduler.decide(info, cluster)) : null
  if (placed !== undefined) cluster.put(placed.pod, placed.node)
  return { pod: info.key, priority: info.priority, requests: Object.fromEntries(info.requests), gates, decision }
}

/** The pods to explain, in the order of the queue, or as named. A running pod is explained as if it were pending. */
function chosenPods(
  { pending, cluster }: Snapshot,
  named: readonly string[],
  profiles: readonly string[],
): { readonly pods: readonly KubePod[] } | { readonly wrong: string } {
  if (named.length === 0) return { pods: pending.filter(({ scheduler }) => profiles.includes(scheduler)).map(({ pod }) => pod) }
  const all = new Map([...(cluster.pods ?? []), ...pending.map(({ pod }) => pod)].map((pod) => [`${pod.namespace}/${pod.name}`, pod]))
  const pods: KubePod[] = []
  for (const name of named) {
    const pod = all.get(name.includes('/') ? name : `default/${name}`)
    if (pod === undefined) {
      const names = pending.map((one) => `${one.pod.namespace}/${one.pod.name}`)
      const some =
        names.length === 0
          ? 'no pod is pending'
          : `${names.slice(0, EXAMPLES).join(', ')}${names.length > EXAMPLES ? ', …' : ''} are pending`
      return {
        wrong: `--pod: found ${JSON.stringify(name)}; accepted: namespace/name of a pod of the snapshot that has not finished (${some})${suggestion(name, [...all.keys()])}`,
      }
    }
    pods.push(pod)
  }
  return { pods }
}

function headOf(snapshot: Snapshot, explained: number, full: readonly string[], profiles: readonly string[]): SnapshotHead {
  const others = snapshot.pending.filter(({ scheduler }) => !profiles.includes(scheduler))
  const schedulers = [...new Set(others.map(({ scheduler }) => scheduler))].sort()
  const examples = `${full.slice(0, EXAMPLES).join(', ')}${full.length > EXAMPLES ? ', …' : ''}`
  return {
    snapshot: basename(snapshot.file),
    nodes: snapshot.cluster.nodes.length,
    running: snapshot.running,
    pending: snapshot.pending.length,
    finished: snapshot.finished,
    explained,
    otherKinds: snapshot.otherKinds,
    warnings: [
      ...snapshot.warnings,
      ...(full.length === 0
        ? []
        : [`${full.length} ${full.length === 1 ? 'node has' : 'nodes have'} more pods or requests than allocatable: ${examples}`]),
      ...(others.length === 0
        ? []
        : [
            `${others.length} pending ${others.length === 1 ? 'pod uses' : 'pods use'} another scheduler (${schedulers.join(', ')}); --pod explains one`,
          ]),
    ],
  }
}
