/** Metrics of schedulers that make resource offers. */
export const OFFER_ROWS = [
  [
    'offers',
    'resource offers',
    'offers/s',
    'neither',
    'ratio',
    'offers that the master made to frameworks, per second of the window; only with the scheduler mesos',
  ],
  ['offers-declined', 'declined offers', '%', 'lower', 'points', 'offers of which the framework used nothing, over offers answered'],
  [
    'offers-rescinded',
    'rescinded offers',
    '%',
    'lower',
    'points',
    'offers taken back, because no answer came in time or the node left, over offers made',
  ],
] as const
