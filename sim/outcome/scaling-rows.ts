/** Metrics of the replica autoscalers. */
export const SCALING_ROWS = [
  ['scaling-actions', 'scaling actions', '1/h', 'lower', 'difference', 'changes of desired replicas or of the number of nodes, per hour'],
  [
    'scaling-reversals',
    'scaling reversals',
    '1/h',
    'lower',
    'difference',
    'actions in the opposite direction to the previous one of the same target, within ten minutes of it, per hour',
  ],
  [
    'recovery',
    'recovery',
    's',
    'lower',
    'difference',
    'time from the declared disturbance to the start of the first 300 consecutive one-second bins in each of which every service keeps its allowance',
  ],
] as const
