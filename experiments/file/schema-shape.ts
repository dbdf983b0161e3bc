/** What is made of a recording, in the experiment file: the steps of `shape`, and `bootstrap`. */
import { MAX_REPETITIONS, SHAPE_STEPS, type ShapeStep } from '../../workloads/index.ts'
import { suggestion } from '../../sim/common/suggestion.ts'
import { show } from './document.ts'
import { duration, forms, isMap, list, positive, positiveTime, section, share, whole } from './quantities.ts'

const stepShapes = {
  cut: section('a cut', {
    cut: section('its times', {
      from: duration().prefault(0).describe('start of the part, counted from the start of what the steps before gave'),
      until: positiveTime().optional().describe('end of the part; default: to the end'),
    }),
  }).transform(({ cut }): ShapeStep => ({ kind: 'cut', from: cut.from, until: cut.until ?? null })),
  sample: section('a sample', { sample: share({ min: 0.000_001, max: 1 }).describe('each row is kept with this probability') }).transform(
    ({ sample }): ShapeStep => ({ kind: 'sample', share: sample }),
  ),
  scale: section('a scale', { scale: positive().describe('multiplies sizes: CPU and memory of pods') }).transform(
    ({ scale }): ShapeStep => ({ kind: 'scale', by: scale }),
  ),
  speedUp: section('a speed-up', { speedUp: positive().describe('divides gaps and durations, so as much is there at any time') }).transform(
    ({ speedUp }): ShapeStep => ({ kind: 'speedUp', by: speedUp }),
  ),
  repeat: section('a repetition', {
    repeat: whole({ min: 1, max: MAX_REPETITIONS }).describe('so many times, one after the other'),
  }).transform(({ repeat }): ShapeStep => ({ kind: 'repeat', times: repeat })),
} as const

const step = forms<ShapeStep>(stepShapes, (value) => {
  const keys = isMap(value) ? Object.keys(value) : []
  const known = keys.find((key) => (SHAPE_STEPS as readonly string[]).includes(key))
  if (known !== undefined) return known
  const found = keys.length === 0 ? show(value) : `the step ${show(keys[0])}`
  return { wrong: `found ${found}; accepted: a map with one of ${SHAPE_STEPS.join(', ')}${suggestion(keys[0] ?? '', SHAPE_STEPS)}` }
})

/** Keys of every source that is backed by a trace. */
export const shapingKeys = {
  shape: list('steps, each a map such as { cut: { from: 1h, until: 3h } }', step)
    .prefault([])
    .describe('what is made of the rows, step by step: cut, sample, scale, speedUp, repeat'),
  bootstrap: section('the bootstrap', {
    block: positiveTime()
      .prefault('24h')
      .describe(
        'length of a block; default 24h: what is correlated within a day stays so. Blocks of whole days keep the time of day, shorter ones begin anywhere',
      ),
  })
    .optional()
    .describe(
      'a new trace in each replication, out of blocks of this one drawn with replacement; default: the trace as recorded, which is one sample',
    ),
}
