/** Priority: the pod of the highest priority. */
import { defineOrder } from '../policy.ts'
import type { NaiveOrder } from '../policy.ts'

export const priority = defineOrder({
  name: 'priority',
  summary: "the highest value of the PriorityClass first, then in the order of creation; kube-scheduler's queue, without preemption",
  source: 'Kubernetes documentation, Pod Priority and Preemption (PrioritySort); Cobham 1954, Priority Assignment in Waiting Line Problems',
  fidelity: 'simplified',
  parameters: {},
  create: () => ({ rank }),
  twin: () => rank,
})

/** The value of the PriorityClass is part of the pod class. Running pods are not preempted. */
const rank: NaiveOrder = (pod, view) => -view.classes.priority[view.pods.podClass[pod]]
