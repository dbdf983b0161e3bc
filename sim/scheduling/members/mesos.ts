/** Mesos: the free resources of agents are offered to the framework of the tenant with the smallest share, which takes what its chooser likes. */
import { define } from '../../common/define.ts'
import type { Scheduler, SchedulingContext } from '../policy.ts'
import { parameters, valueProblems } from '../profiles/mesos/parameters.ts'
import { MesosScheduler } from '../profiles/mesos/scheduler.ts'

export const mesos = define({
  name: 'mesos',
  summary:
    'two-level offers: agents in random order, each as a whole to the framework (tenant) of the role with the smallest weighted dominant share, which uses it for its own pods; fewest allocations on ties',
  source: 'Apache Mesos 1.11, HierarchicalAllocatorProcess; Hindman et al. 2011, Mesos (NSDI)',
  fidelity: 'simplified',
  parameters,
  problems: (values) => valueProblems(values),
  create: (values, context: SchedulingContext): Scheduler => new MesosScheduler(values, context),
})
