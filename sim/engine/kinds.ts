/** The kinds of event of a run, each with the meaning of its two numbers. */
export const Kind = {
  /** a service: its next request leaves the client. */
  RequestArrives: 1,
  /** a request: the try reaches its pod. */
  TryArrives: 2,
  /** a request: its wait inside the pod (no CPU) is over. */
  WaitEnds: 3,
  /** a server: the first of its running requests is through. */
  WorkEnds: 4,
  /** a request: the response reaches the client. */
  ResponseArrives: 5,
  /** a request: the client gives the try up. */
  TryTimesOut: 6,
  /** a request: the backoff is over, the next try leaves. */
  RetryLeaves: 7,
  /** a node: its CPU is shared out anew. */
  CpuShares: 8,
  /** a version of the log: balancers learn of the endpoint changes before it. */
  EndpointsPropagate: 9,
  /** The scheduler is free again, or something came to do. */
  SchedulerWakes: 10,
  PackingRound: 11,
  /** a source of background pods: its next pod arrives. */
  PodArrives: 12,
  /** a pod, b epoch: a background pod runs. */
  PodRuns: 13,
  /** a pod, b epoch: a background pod is through. */
  PodEnds: 14,
  /** a pod, b epoch: a service's pod passes its readiness probe. */
  PodReady: 15,
  /** a pod, b epoch: a terminating pod stops listening. */
  PodRefuses: 16,
  /** a pod, b epoch: the grace period is over. */
  PodKilled: 17,
  /** a pool: an ordered node joins. */
  NodeJoins: 18,
  Scrape: 19,
  /** a service. */
  ReplicaSync: 20,
  SizeSync: 21,
  NodeScan: 22,
  /** Ageing is over: services start. */
  Origin: 23,
  WarmupEnds: 24,
  /** A row of the time series. */
  Sample: 25,
} as const
