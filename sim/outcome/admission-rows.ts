/** Metrics of admission: creations of pods that quotas and limit ranges refuse, in runs with either. */
export const ADMISSION_ROWS = [
  [
    'quota-refusals',
    'creations refused by quotas',
    'pods',
    'lower',
    'difference',
    'creations of pods in the window beyond the bound of a quota, or without what a quota bounds; a pod that is tried again counts again',
  ],
  [
    'limit-range-refusals',
    'creations refused by limit ranges',
    'pods',
    'lower',
    'difference',
    'creations of pods in the window that were outside of the bounds of a limit range',
  ],
  [
    'quota-usage',
    'usage of the fullest quota',
    '%',
    'lower',
    'points',
    'time mean of what is used over the bound, of the resource of a quota for which it is highest',
  ],
] as const
