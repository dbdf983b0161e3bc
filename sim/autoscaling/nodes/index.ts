/** Node autoscalers: the list of members. */
import { catalogue } from '../../common/define.ts'
import { none } from './members/none.ts'
import { onDemand } from './members/on-demand.ts'
import type { NodeAutoscaler, NodesContext } from './policy.ts'

export { adoptNodeAutoscaler, type Propose } from './own.ts'

export const nodeAutoscalers = catalogue<NodeAutoscaler | null, NodesContext>('autoscaling.nodes', [none, onDemand])
