/** How the rows of a trace are transformed, in the experiment file: the steps of `shape`, and `bootstrap`. */
import { MAX_REPETITIONS, SHAPE_STEPS, type ShapeStep } from '../../../workloads/index.ts'
import { suggestion } from '../../../sim/index.ts'
import { show } from '../document.ts'
import { duration, forms, isMap, list, positive, positiveTime, section, share, whole } from '../quantities.ts'

const stepShapes = {
  cut: section('a cut', {
    cut: section('its times', {
      from: duration().prefault(0).describe('start of the part, counted from the start of the result of the steps before'),
      until: positiveTime().optional().describe('end of the part; default: the end of the rows'),
    }),
  }).transform(({ cut }): ShapeStep => ({ kind: 'cut', from: cut.from, until: cut.until ?? null })),
  sample: section('a sample', { sample: share({ min: 0.000_001, max: 1 }).describe('each row is kept with this probability') }).transform(
    ({ sample }): ShapeStep => ({ kind: 'sample', share: sample }),
  ),
  scale: section('a scale', { scale: positive().describe('multiplies the CPU and memory of pods') }).transform(({ scale }): ShapeStep => ({
    kind: 'scale',
    by: scale,
  })),
  speedUp: section('a speed-up', { speedUp: positive().describe('divides gaps and durations, so that the load stays the same') }).transform(
    ({ speedUp }): ShapeStep => ({ kind: 'speedUp', by: speedUp }),
  ),
  repeat: section('a repetition', {
    repeat: whole({ min: 1, max: MAX_REPETITIONS }).describe('number of times that the rows are replayed in sequence'),
  }).transform(({ repeat }): ShapeStep => ({ kind: 'repeat', times: repeat })),
} as const

const step = forms<ShapeStep>(stepShapes, (value) => {
  const keys = isMap(value) ? Object.keys(value) : []
  const known = keys.find((key) => (SHAPE_STEPS as readonly string[]).includes(key))
  if (known !== undefined) return known
  const found = keys.length === 0 ? show(value) : `the step ${show(keys[0])}`
  return { wrong: `found ${found}; accepted: a map with one of ${SHAPE_STEPS.join(', ')}${suggestion(keys[0] ?? '', SHAPE_STEPS)}` }
})

/** Keys of every source that reads a trace. */
export const shapingKeys = {
  shape: list('steps, each a map such as { cut: { from: 1h, until: 3h } }', step)
    .prefault([])
    .describe('transforms the rows in steps: cut, sample, scale, speedUp, repeat'),
  bootstrap: section('the bootstrap', {
    block: positiveTime()
      .prefault('24h')
      .describe(
        'length of a block; default 24h, which keeps correlations within a day. Blocks of whole days keep the time of day, shorter ones begin at any time',
      ),
  })
    .optional()
    .describe(
      'a new trace in each replication, composed of blocks of this one drawn with replacement; default: the trace as recorded, which is one sample',
    ),
}
