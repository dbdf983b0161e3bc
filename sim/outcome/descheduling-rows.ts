/** Metrics of descheduling: pods that are moved, and what that costs, in runs with a descheduler. */
export const DESCHEDULING_ROWS = [
  ['descheduled', 'pods descheduled', 'pods', 'lower', 'difference', 'pods that the descheduler evicted in the window'],
  [
    'descheduler-refused',
    'descheduling refused',
    'requests',
    'lower',
    'difference',
    'evictions in the window that a disruption budget refused the descheduler; a pod counts at each request',
  ],
  [
    'descheduled-returned',
    'descheduled in vain',
    '%',
    'lower',
    'points',
    'replacements of descheduled pods that were bound to the node which the pod had left, over all that were bound; the replacement is the next pod with the same requests and rules that the same owner gets placed',
  ],
  [
    'descheduled-wait',
    'wait of descheduled pods',
    's',
    'lower',
    'ratio',
    'mean time from the eviction of a descheduled pod to the bind of its replacement; its start-up follows',
  ],
  [
    'descheduled-work',
    'work lost by descheduling',
    'core·h',
    'lower',
    'difference',
    'time since their bind, times their CPU request, of descheduled pods that run for a duration and started over',
  ],
] as const
