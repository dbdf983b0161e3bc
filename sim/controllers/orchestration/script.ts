/** What people do and what breaks during a run, at the times that the input gives. Times count from the origin. */
import type { NodeId, Time } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { KeyedStream, Streams } from '../../random/stream.ts'
import type { Batch } from '../batch/batch.ts'
import type { Components } from '../components.ts'
import type { ReplicaSets } from '../replica-sets.ts'
import type { NodeLifecycle } from '../node-lifecycle.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { NodeState } from '../../cluster/views.ts'
import { Breakdowns, type BreakdownsRun } from './breakdowns.ts'
import { Faults, type FaultsRun } from './faults.ts'
import { actionText, faultText, type NamesOfRun } from './mark-texts.ts'
import { NodeMarks } from './node-marks.ts'
import { isPresent, selectNodes } from './node-selection.ts'
import type { Orchestrator } from './orchestrator.ts'
import type { Action, Fault, NodeSelection, Orchestration } from './spec.ts'

/** What the script needs of the run. */
export interface ScriptRun extends FaultsRun, BreakdownsRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly nodes: NodeLifecycle
  readonly lifecycle: PodLifecycle
  readonly orchestrator: Orchestrator | null
  readonly replicaSets: ReplicaSets
  readonly batchJobs: Batch | null
  readonly components: Components
  readonly times: { readonly origin: Time; readonly end: Time }
  readonly input: BreakdownsRun['input'] & NamesOfRun & { readonly orchestration?: Orchestration }
}

export class Script {
  private readonly acts: number
  private readonly breaks: number
  /** Null: nothing breaks. */
  private readonly faults: Faults | null
  /** Null: nothing breaks again and again. */
  private readonly breakdowns: Breakdowns | null
  private readonly durations: KeyedStream
  private readonly run: ScriptRun
  private readonly orchestration: Orchestration
  private readonly orchestrator: Orchestrator
  private readonly marks: NodeMarks
  /** Manifests that were applied to objects under deletion. */
  private lost = 0

  /** The script of the run, null when nothing is scripted. */
  static of(run: ScriptRun): Script | null {
    const { orchestration } = run.input
    if (orchestration === undefined || run.orchestrator === null) return null
    return orchestration.actions.length + orchestration.faults.length === 0 ? null : new Script(run, orchestration, run.orchestrator)
  }

  private constructor(run: ScriptRun, orchestration: Orchestration, orchestrator: Orchestrator) {
    const { simulator } = run
    this.run = run
    this.orchestration = orchestration
    this.orchestrator = orchestrator
    this.marks = new NodeMarks(run)
    this.acts = simulator.register('scripted action', (row) => {
      // Whoever acts repeats the request until the API server answers.
      const back = run.components.downUntil('api-server')
      if (simulator.now < back) simulator.at(back, this.acts, row, 0)
      else this.act(orchestration.actions[row])
    })
    this.breaks = simulator.register('scripted fault', (row) => this.break(orchestration.faults[row], row))
    const { health } = orchestrator
    this.faults = health === null ? null : new Faults(run, orchestrator, health)
    this.breakdowns = this.faults === null ? null : Breakdowns.of(run, orchestration.faults, this.faults)
    this.durations = run.streams.keyed('durations of scripted faults')
  }

  opens(): void {
    const { simulator, times } = this.run
    const plan = (kind: number, list: readonly (Action | Fault)[]): void =>
      list.forEach((one, row) => {
        if ('at' in one && times.origin + one.at <= times.end) simulator.at(times.origin + one.at, kind, row, 0)
      })
    plan(this.acts, this.orchestration.actions)
    plan(this.breaks, this.orchestration.faults)
    this.breakdowns?.opens()
  }

  private act(action: Action): void {
    const { orchestrator, run } = this
    run.changes.disturbances.mark('action', actionText(action, run.input), run.simulator.now)
    if ('batch' in action) {
      run.batchJobs!.act(action)
      return
    }
    switch (action.kind) {
      case 'scale':
        return run.replicaSets.scale(action.workload, action.replicas)
      case 'set-version':
        return orchestrator.setVersion(action.workload, action.version)
      case 'apply':
        return this.apply(action)
      case 'delete':
        return run.replicaSets.remove(action.workload, action.cascade)
      case 'restart':
        return orchestrator.restart(action.workload)
      case 'undo':
        return orchestrator.undo(action.workload)
      case 'pause':
      case 'resume':
        return orchestrator.setOf(action.workload).pause?.(action.kind === 'pause')
      case 'delete-pods': {
        const { pods } = orchestrator.setOf(action.workload)
        for (const pod of pods.oldest(action.count, orchestrator.versionOf(action.workload, action.version))) pods.delete(pod)
        return
      }
      case 'out-of-service': {
        const { outOfService } = orchestrator
        for (const node of outOfService.select(action.nodes)) outOfService.taint(node)
        return
      }
      case 'taint':
      case 'untaint':
      case 'label':
        for (const node of selectNodes(run.cluster, action.nodes, isPresent(run.cluster))) this.marks.act(node, action)
        return orchestrator.nodesChanged()
      default:
        for (const node of this.select(action.nodes, action.kind === 'uncordon')) this.actOn(node, action.kind)
    }
  }

  private apply({ workload, replicas, version }: Extract<Action, { kind: 'apply' }>): void {
    const { orchestrator, run } = this
    // What is applied to an object under deletion goes with it.
    if (orchestrator.isGoing(workload)) {
      this.lost++
      return
    }
    if (orchestrator.isRemoved(workload)) run.replicaSets.restore(workload, replicas)
    else if (replicas !== undefined) run.replicaSets.scale(workload, replicas)
    if (version !== undefined) orchestrator.setVersion(workload, version)
  }

  private actOn(node: NodeId, kind: 'drain' | 'cordon' | 'uncordon'): void {
    const { nodes } = this.run
    if (kind === 'uncordon') {
      nodes.uncordon(node, 'operator')
      return
    }
    nodes.cordon(node, 'operator')
    if (kind === 'drain') this.orchestrator.drain(node)
  }

  /** The duration is drawn for each node by itself. */
  private break(fault: Fault, row: number): void {
    const faults = this.faults!
    if (!('nodes' in fault)) {
      const duration = faults.elsewhere(fault, { duration: this.durations.at(row, 0), victim: 0 })
      this.mark(fault, duration)
      return
    }
    const nodes = this.orchestrator.health!.select(fault.nodes)
    let longest = 0
    for (const node of nodes) longest = Math.max(longest, faults.onNode(fault, node, this.durations.at(row, node + 1)))
    this.mark(fault, fault.kind === 'node-loss' ? (fault.notice ?? 0) : longest)
  }

  private mark(fault: Fault, duration: Time): void {
    const { changes, input, simulator } = this.run
    changes.disturbances.mark('fault', faultText(fault, input), simulator.now, duration)
  }

  /** Ready nodes of the selection, or cordoned ones. */
  private select(selection: NodeSelection, cordoned: boolean): NodeId[] {
    const { cluster } = this.run
    const wanted = cordoned ? NodeState.Cordoned : NodeState.Ready
    return selectNodes(cluster, selection, (node) => cluster.view.nodes.state[node] === wanted)
  }

  /** Drains that did not end and actions without effect, for the reader of the results. */
  notes(): string[] {
    const { stuck } = this.orchestrator.drains
    const { refusals } = this.run.nodes
    return [
      ...(stuck === 0 ? [] : [`${stuck} pods were still protected from their eviction by a disruption budget at the horizon`]),
      ...(this.lost === 0
        ? []
        : [`${this.lost} manifests were applied to objects that were being deleted in the foreground, and went with them`]),
      ...(refusals === 0 ? [] : [`${refusals} orders of nodes were refused because the provider had no capacity`]),
    ]
  }
}
