/**
 * Nodes with a bad network, which health checks of the control plane do not notice: each packet to or from them takes longer, and some are
 * lost. A message is taken as one packet; a lost one is sent again after TCP's retransmission time-out, which doubles at each loss, so that
 * loss shows as latency, and beyond the client's timeout as an error.
 */
import { NONE, type NodeId, type Time } from '../common/ids.ts'
import type { KeyedStream, Streams } from '../random/stream.ts'

/** First retransmission time-out [µs] and the losses after which TCP gives up: Linux TCP_RTO_MIN, net.ipv4.tcp_retries2. */
const RETRANSMISSION: Time = 200_000
const GIVES_UP = 15

/** What is wrong with the network of a node. */
export interface Impairment {
  /** Added to each message [µs], and share of the messages that are lost. */
  readonly delay: Time
  readonly loss: number
}

export class Impairments {
  private readonly nodes = new Map<NodeId, Impairment>()
  private readonly draws: KeyedStream

  constructor(streams: Streams) {
    this.draws = streams.keyed('retransmissions')
  }

  /** Whether any node is impaired. */
  get any(): boolean {
    return this.nodes.size > 0
  }

  /** The network of the node from now on; null: healthy. */
  set(node: NodeId, impairment: Impairment | null): void {
    if (impairment === null) this.nodes.delete(node)
    else this.nodes.set(node, impairment)
  }

  /** What a message to or from the node takes longer [µs]; Infinity: it never arrives. @param ordinal and way: which message, for its draw */
  delayOf(node: NodeId, ordinal: number, way: number): Time {
    const impairment = node === NONE ? undefined : this.nodes.get(node)
    if (impairment === undefined) return 0
    const { delay, loss } = impairment
    if (loss === 0) return delay
    const u = this.draws.at(ordinal, way)
    let extra = 0
    let wait = RETRANSMISSION
    let losses = 0
    // The message is lost more than n times in a row with the probability loss^(n + 1).
    for (let bound = loss; u < bound; bound *= loss) {
      if (++losses > GIVES_UP) return Infinity
      extra += wait
      wait *= 2
    }
    return delay + extra
  }
}
