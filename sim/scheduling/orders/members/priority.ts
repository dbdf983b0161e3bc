/** Priority: the pod of the highest priority first. */
import { define } from '../../../common/define.ts'
import type { NaiveOrder, QueueOrder } from '../policy.ts'

/** The value of the PriorityClass, which is part of the pod's class. Without preemption: what runs is left alone. */
const rank: NaiveOrder = (pod, view) => -view.classes.priority[view.pods.podClass[pod]]

export const priority = {
  ...define<QueueOrder, undefined, Record<never, never>>({
    name: 'priority',
    summary: "the highest value of the PriorityClass first, then in the order of creation; kube-scheduler's queue, without preemption",
    source:
      'Kubernetes documentation, Pod Priority and Preemption (PrioritySort); Cobham 1954, Priority Assignment in Waiting Line Problems',
    fidelity: 'simplified',
    parameters: {},
    create: () => ({ rank }),
  }),
  twin: (): NaiveOrder => rank,
}
