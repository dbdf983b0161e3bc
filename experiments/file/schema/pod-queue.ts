/** How many requests a pod works on at once, and how many may wait, in the experiment file. */
import { forms, oneOf, positiveTime, section, whole } from '../quantities.ts'

export const PROCESSOR_SHARING = 'processor-sharing'

export const threads = forms<number>({ word: oneOf([PROCESSOR_SHARING]).transform(() => 0), count: whole() }, (value) =>
  typeof value === 'string' ? 'word' : 'count',
)

const UNLIMITED = 'unlimited'

export const queue = forms<number>(
  // A plan is JSON, which has no Infinity; -1 stands for it until the run.
  { word: oneOf([UNLIMITED]).transform(() => -1), count: whole() },
  (value) => (typeof value === 'string' ? 'word' : 'count'),
)

/** An adaptive limit of the requests in a pod. */
export const concurrency = section('an adaptive limit', {
  algorithm: oneOf(['aimd', 'vegas', 'gradient2']).describe(
    'as in concurrency-limits of Netflix; aimd: one more while it is used, a tenth less after a timeout; vegas: by the queue that the shortest time in the pod lets suppose; gradient2: by the ratio of the long-term to the present time in the pod',
  ),
  initial: whole({ min: 1, max: 1_000_000 })
    .prefault(20)
    .describe('limit of a pod that opens; default 20, as all defaults here those of the library'),
  min: whole({ min: 1, max: 1_000_000 }).prefault(20).describe('least limit; vegas has 1 in the library'),
  max: whole({ min: 1, max: 1_000_000 }).prefault(200).describe('greatest limit; vegas has 1000 in the library'),
  timeout: positiveTime().prefault('5s').describe('aimd: a request that takes longer in the pod counts as dropped'),
}).refine(({ initial, min, max }) => min <= initial && initial <= max, {
  error: 'found an initial limit outside of min..max; accepted: min <= initial <= max',
})
