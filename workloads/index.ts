/** The public door of workloads: sources of requests and of background pods, and nodes from a trace. */
export type { BackgroundSpec, SyntheticBackground, TraceBackground, TrafficSpec, WorkSpec } from './spec.ts'
export { openRequests } from './synthetic/requests.ts'
export { LIFETIMES } from './synthetic/residual.ts'
export { backgroundProblems, openBackground } from './background.ts'
export type { Capacity } from './shape/demand.ts'
export { loadTracePool, type TracePoolOptions } from './nodes.ts'
export { readNodes, readPods, traceFormats, type TraceFormat } from './traces/formats.ts'
export { TraceError } from './traces/lines.ts'
