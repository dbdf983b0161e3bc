/** Eviction by kubelets when the memory of a node runs short. */
import { duration, memory, positiveTime, section } from '../quantities.ts'

export const eviction = section('the eviction', {
  hard: memory().prefault('100Mi').describe('available memory below which a pod is evicted within seconds; default 100Mi, evictionHard'),
  soft: memory().optional().describe('available memory below which a pod is evicted after softGrace; default: none, evictionSoft'),
  softGrace: positiveTime()
    .prefault('90s')
    .describe('time for which memory has been below soft; default 90s, evictionSoftGracePeriod has none'),
  maxPodGrace: duration()
    .prefault(0)
    .describe('longest grace of pods that soft evicts, evictionMaxPodGracePeriod; default 0, as there: they are killed at once'),
  minimumReclaim: memory()
    .prefault('0')
    .describe('available beyond a threshold before it is no longer met; default 0, evictionMinimumReclaim'),
  transition: duration()
    .prefault('5m')
    .describe('time for which a node stays under pressure after the last shortage; default 5m, evictionPressureTransitionPeriod'),
})
  .refine(({ hard, soft = Infinity }) => soft > hard, {
    message: 'found soft not above hard; accepted: more available memory than hard',
    path: ['soft'],
  })
  .optional()
  .describe('kubelets evict pods when the memory of their node runs short, by memoryUse; default: they do not')
