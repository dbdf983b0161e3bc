/** A user's plugin on the objects of a snapshot: every node is asked for every pod. */
import type { NodeInfo } from '../node-info.ts'
import type { Labels } from '../objects.ts'
import { normalizeByHighest, type Plugin } from '../plugin.ts'
import type { PodInfo } from '../pod-info.ts'
import { SERVICE } from '../run-pods.ts'
import type { NodeSource, NodeSources, PluginRun } from './plugin-run.ts'
import type { PluginPod } from './policy.ts'

/** The plugin in the form of the built-in ones. */
export function pluginOf(run: PluginRun): Plugin {
  return {
    name: run.name,
    ...(run.filters
      ? {
          preFilter: (pod, cluster) => {
            const nodes = sourcesOf(cluster.nodes)
            return { filter: (node) => run.refusal(podOf(pod), new NodeObject(node), nodes) }
          },
        }
      : {}),
    ...(run.scores
      ? {
          preScore: (pod, cluster) => {
            const nodes = sourcesOf(cluster.nodes)
            return {
              score: (node) => run.score(podOf(pod), new NodeObject(node), nodes),
              ...(run.normalize === null
                ? {}
                : { normalize: (scores: number[]) => normalizeByHighest(scores, run.normalize === 'lowest') }),
            }
          },
        }
      : {}),
  }
}

const sourcesOf =
  (nodes: readonly NodeInfo[]): NodeSources =>
  () =>
    nodes.map((node) => new NodeObject(node))

function podOf({ pod, labels, priority, requests }: PodInfo): PluginPod {
  return { namespace: pod.namespace, labels: withoutService(labels), priority, requested: (resource) => requests.get(resource) ?? 0 }
}

/** Without the label by which default constraints select the pods of a run's service. */
function withoutService(labels: Labels): Labels {
  if (!(SERVICE in labels)) return labels
  const { [SERVICE]: _, ...rest } = labels
  return rest
}

class NodeObject implements NodeSource {
  private readonly node: NodeInfo

  constructor(node: NodeInfo) {
    this.node = node
  }

  get name(): string {
    return this.node.name
  }

  get labels(): Labels {
    return this.node.labels
  }

  get taints(): NodeSource['taints'] {
    return this.node.node.taints ?? []
  }

  allocatable(resource: string): number {
    return this.node.allocatable(resource)
  }

  requested(resource: string): number {
    return resource === 'pods' ? this.node.pods.length : this.node.requested(resource)
  }

  pods(): readonly PluginPod[] {
    return this.node.pods.map(podOf)
  }
}
