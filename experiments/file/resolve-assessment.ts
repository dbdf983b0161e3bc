/** The assessment with rows instead of names. */
import { suggestion, type AssessmentSpec } from '../../sim/index.ts'
import type { Issue } from './document.ts'
import type { AssessmentData } from './schema/assessment.ts'

/** Names that the assessment may refer to. */
interface Names {
  readonly services: readonly string[]
  readonly pools: readonly string[]
}

/** Adds an issue for an unknown service or pool, for one that is named twice, and for a series out of order. */
export function resolveAssessment(given: AssessmentData, { services, pools }: Names, issues: Issue[]): AssessmentSpec {
  const rowOf = (names: readonly string[], name: string, kind: string, path: readonly (string | number)[]): number => {
    const row = names.indexOf(name)
    if (row < 0) {
      const accepted = names.length === 0 ? `none, since there is no ${kind}` : names.join(', ')
      issues.push({
        path: ['assessment', ...path],
        message: `found the unknown ${kind} "${name}"; accepted: ${accepted}${suggestion(name, names)}`,
      })
    }
    return row
  }
  const demand = given.demand.map(({ service, perPod }, i) => ({
    service: rowOf(services, service, 'service', ['demand', i, 'service']),
    perPod,
  }))
  const power = given.power.map(({ pool, curve, sleep }, i) => ({
    curve,
    ...(sleep === undefined ? {} : { sleep }),
    ...(pool === undefined ? {} : { pool: rowOf(pools, pool, 'pool', ['power', i, 'pool']) }),
  }))
  const refuse = (wrong: boolean, path: readonly (string | number)[], message: string): void => {
    if (wrong) issues.push({ path: ['assessment', ...path], message })
  }
  demand.forEach(({ service }, i) =>
    refuse(
      demand.findIndex((one) => one.service === service) < i,
      ['demand', i],
      `found a second demand of ${given.demand[i].service}; accepted: one per service`,
    ),
  )
  power.forEach(({ pool }, i) =>
    refuse(
      power.findIndex((one) => one.pool === pool) < i,
      ['power', i],
      `found a second power of ${given.power[i].pool ?? 'all pools'}; accepted: one`,
    ),
  )
  given.carbon.forEach(({ at }, i) => {
    const least = i === 0 ? 0 : given.carbon[i - 1].at + 1
    refuse(
      i === 0 ? at !== 0 : at < least,
      ['carbon', i, 'at'],
      i === 0
        ? 'found a later time; accepted: the first item begins at 0s'
        : 'found a time that is not later than that of the item before; accepted: ascending times',
    )
  })
  refuse(
    given.carbon.length > 0 && given.power.length === 0,
    ['carbon'],
    'found a carbon intensity and no power; accepted: both, since carbon is energy times intensity',
  )
  return { ...given, demand, power }
}
