import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clusterOf } from '../testing/cluster.ts'
import { NONE } from '../cluster/views.ts'
import type { ClusterView } from '../cluster/views.ts'
import { valuesOf } from '../common/define.ts'
import type { ParameterValue } from '../common/define.ts'
import { members, schedulers } from './index.ts'
import type { Placer, SchedulerDefinition, SchedulingContext } from './policy.ts'
import { context, emptyCluster, feasibleNodes, replay, shapes, steps, templates } from './scheduling.fixture.ts'
import type { Step } from './scheduling.fixture.ts'
import { slowCases } from '../testing/cases.ts'

/** A cluster of mixed nodes; from about 50 nodes on, the columns grow past their first 64 rows during a history. */
function mixed(count: number) {
  const cluster = emptyCluster()
  for (let i = 0; i < count; i++) cluster.addNode(templates[(i * 7) % templates.length], 0)
  return cluster
}

function decisions(placer: Placer, history: readonly Step[], count: number): number[] {
  const answers: number[] = []
  const devices = (): number => placer.devices ?? NONE
  const choose = (pod: number, view: ClusterView): number => {
    const node = placer.place(pod, view)
    answers.push(node, placer.examined, devices())
    return node
  }
  replay(mixed(count), history, choose, devices)
  return answers
}

/** For each parameter its other values, one at a time. */
function otherValues({ parameters }: SchedulerDefinition): Record<string, ParameterValue>[] {
  return Object.entries(parameters).flatMap(([key, { kind, choices, default: usual, min = 0 }]): Record<string, ParameterValue>[] => {
    if (kind === 'choice') return choices!.filter((choice) => choice !== usual).map((choice) => ({ [key]: choice }))
    if (kind === 'list') return min > 0 ? [] : [{ [key]: [] }]
    if (kind === 'boolean') return [{ [key]: usual !== true }]
    if (kind === 'document' || kind === 'files') return [] // its test stands beside what reads it
    return [{ [key]: min }, { [key]: 3 * Number(usual) }]
  })
}

describe.each(members.map((member) => ({ name: member.name, member })))('the scheduling contract: $name', ({ member }) => {
  const values = valuesOf(member.parameters)
  const index = (given: SchedulingContext = context()) => member.create(values, given)
  const twin = (given: SchedulingContext = context()) => member.twin!(values as never, given)

  test('index and twin choose the same node and declare the same number of examined nodes, through churn, cordons, removals and growth', () => {
    fc.assert(
      fc.property(steps(600), fc.integer({ min: 1, max: 120 }), (history, count) => {
        expect(decisions(index(), history, count)).toEqual(decisions(twin(), history, count))
      }),
      { numRuns: slowCases(40, 8) },
    )
  })

  for (const given of otherValues(member))
    test(`the same with ${JSON.stringify(given)}`, () => {
      const other = valuesOf(member.parameters, given)
      fc.assert(
        fc.property(steps(300), fc.integer({ min: 1, max: 120 }), (history, count) => {
          expect(decisions(member.create(other, context()), history, count)).toEqual(
            decisions(member.twin!(other as never, context()), history, count),
          )
        }),
        { numRuns: slowCases(15, 5) },
      )
    })

  test('chooses a node that fits, NONE if and only if no node fits', () => {
    fc.assert(
      fc.property(steps(200), fc.integer({ min: 1, max: 60 }), (history, count) => {
        const placer = index()
        replay(mixed(count), history, (pod, view) => {
          const node = placer.place(pod, view)
          const feasible = feasibleNodes(pod, view)
          if (feasible.length === 0) expect(node).toBe(NONE)
          else expect(feasible).toContain(node)
          return node
        })
      }),
      { numRuns: slowCases(30, 6) },
    )
  })

  test('same seed, same decisions; two placers share no state', () => {
    fc.assert(
      fc.property(steps(200), steps(200), (history, other) => {
        const alone = decisions(index(), history, 60)
        const first = index()
        decisions(index(context('another')), other, 30)
        expect(decisions(first, history, 60)).toEqual(alone)
      }),
      { numRuns: slowCases(15, 5) },
    )
  })

  if (member.remembers !== true)
    test('placements of other pods in between change no decision', () => {
      fc.assert(
        fc.property(steps(300), fc.array(fc.nat(shapes.length - 1), { minLength: 1, maxLength: 5 }), (history, others) => {
          const quiet = index()
          const asked = index()
          replay(mixed(60), history, (pod, view) => {
            for (const other of others) asked.place(0, asView(other, view))
            const node = asked.place(pod, view)
            expect(node).toBe(quiet.place(pod, view))
            return node
          })
        }),
        { numRuns: slowCases(15, 5) },
      )
    })

  test('a placer can be used with another cluster', () => {
    const placer = index()
    const first = clusterOf().nodes(3).node({ cpu: 2000 }).pod().build()
    placer.place(first.pods[0], first.cluster.view)
    const second = clusterOf().node({ cpu: 500 }).node({ cpu: 4000 }).pod({ cpu: 1000 }).build()
    expect(placer.place(second.pods[0], second.cluster.view)).toBe(1)
  })

  test('a cluster without nodes', () => {
    const { cluster, pods } = clusterOf().pod().build()
    expect(index().place(pods[0], cluster.view)).toBe(NONE)
    expect(twin().place(pods[0], cluster.view)).toBe(NONE)
  })

  test('every parameter has a default inside its bounds', () => {
    for (const { default: initial, min = -Infinity, max = Infinity, kind } of Object.values(member.parameters)) {
      const given = kind === 'list' ? (initial as readonly unknown[]).length : initial
      if (typeof initial === 'number' || kind === 'list') expect(Number(given)).toBeGreaterThanOrEqual(min)
      if (typeof initial === 'number' || kind === 'list') expect(Number(given)).toBeLessThanOrEqual(max)
    }
  })
})

/** The same view, except that pod 0 is of the given class: places a class of which there need be no pod. */
function asView(other: number, view: ClusterView): ClusterView {
  const podClass = other % view.classes.count
  return {
    nodes: view.nodes,
    classes: view.classes,
    log: view.log,
    pods: Object.create(view.pods, { podClass: { value: [podClass] } }) as ClusterView['pods'],
    feasible: (c, n) => view.feasible(c, n),
    admissible: (c, n) => view.admissible(c, n),
    excludedBy: (c, n) => view.excludedBy(c, n),
    pickDevices: (c, n) => view.pickDevices(c, n),
    shapeOf: (c) => view.shapeOf(c),
    templateOf: (n) => view.templateOf(n),
    eachPodOn: (n, visit) => view.eachPodOn(n, visit),
  }
}

test('the list holds every file in members/, under its name and with a twin', () => {
  const files = readdirSync(new URL('./members/', import.meta.url)).filter((file) => !file.endsWith('.test.ts'))
  expect(schedulers.all.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort())
  for (const { twin } of members) expect(twin).toBeTypeOf('function')
})

test('the table of members in the README equals the list', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` \| (\w+) \|/gm)].map(([, name, fidelity]) => ({ name, fidelity }))
  expect(rows).toEqual(schedulers.all.map(({ name, fidelity }) => ({ name, fidelity })))
})
