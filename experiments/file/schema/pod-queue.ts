/** How many requests a pod works on at once, and how many may wait, in the experiment file. */
import { forms, oneOf, whole } from '../quantities.ts'

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
