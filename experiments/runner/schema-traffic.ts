/** How requests arrive, in the experiment file. */
import type { z } from 'zod'
import { show, suggestion } from './document.ts'
import { duration, forms, isMap, oneOf, positiveTime, rate, section, share } from './quantities.ts'

const trafficShapes = {
  poisson: section('poisson traffic', { rate: rate(), pattern: oneOf(['poisson']).prefault('poisson') }),
  constant: section('constant traffic', { rate: rate(), pattern: oneOf(['constant']) }),
  diurnal: section('diurnal traffic', {
    rate: rate().describe('mean over a period'),
    pattern: oneOf(['diurnal']),
    amplitude: share({ min: 0, max: 1 }).prefault('50%').describe('peak over mean, minus one; web traffic has 30% to 60%'),
    period: positiveTime().optional().describe('default: the horizon, so that a run sees one whole wave'),
    phase: share({ min: 0, max: 1 }).prefault(0).describe('part of the period by which the wave is ahead'),
  }),
  step: section('step traffic', {
    rate: rate().describe('before the step'),
    pattern: oneOf(['step']),
    to: rate().describe('after the step'),
    at: duration().describe('when it comes'),
    until: duration().optional().describe('when the first rate comes back; default: never'),
  }),
} as const

const patterns = Object.keys(trafficShapes)

type Traffic = z.infer<(typeof trafficShapes)[keyof typeof trafficShapes]>

export const traffic = forms<Traffic>(trafficShapes, (value) => {
  const pattern = isMap(value) ? value['pattern'] : undefined
  if (pattern === undefined || (typeof pattern === 'string' && patterns.includes(pattern))) return (pattern) ?? 'poisson'
  return { wrong: `found the pattern ${show(pattern)}; accepted: ${patterns.join(', ')}${typeof pattern === 'string' ? suggestion(pattern, patterns) : ''}` }
})
