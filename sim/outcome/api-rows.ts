/** Metrics of the writes to the API server. */
export const API_ROWS = [
  [
    'api-requests',
    'API requests',
    'requests',
    'lower',
    'difference',
    'writes of controllers (pods, ReplicaSets, statuses) and binds of the scheduler, in the window; only with limits of clients',
  ],
  ['api-throttled', 'throttled time', 's', 'lower', 'difference', 'sum of the times for which these requests waited in their clients'],
] as const
