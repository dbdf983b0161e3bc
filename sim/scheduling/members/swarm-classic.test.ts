import { expect, test } from 'vitest'
import { clusterOf, onNode } from '../../testing/cluster.ts'
import { chosen } from '../scheduling.fixture.ts'

const GIB = 1024 ** 3

test('spread: 50 + 25 against 25 + 37 percent: the second; binpack: the first', () => {
  // with the pod of 1 core and 1 GiB on nodes of 4 cores and 8 GiB: (1 + 1)/4 and (1 + 1)/8; 1/4 and (2 + 1)/8 = 37.5, cut to 37
  const build = () =>
    clusterOf()
      .nodes(2, { cpu: '4', memory: 8 * GIB })
      .pod({ cpu: '1', memory: GIB }, onNode(0))
      .pod({ cpu: 0, memory: 2 * GIB }, onNode(1))
      .pod({ cpu: '1', memory: GIB })
  expect(chosen('swarm-classic', build())).toBe(1)
  expect(chosen('swarm-classic', build(), { strategy: 'binpack' })).toBe(0)
})

test('shares are whole percent, so that 25.9 and 25.1 tie; then the number of pods decides, then the row', () => {
  const build = () =>
    clusterOf()
      .nodes(3, { cpu: 10_000, memory: 100 * GIB })
      .pods(2, { cpu: 800, memory: 0 }, onNode(0))
      .pod({ cpu: 1510, memory: 0 }, onNode(1))
      .pod({ cpu: 1590, memory: 0 }, onNode(2))
      .pod({ cpu: 1000, memory: GIB })
  expect(chosen('swarm-classic', build(), { strategy: 'binpack' })).toBe(0) // 26 percent, two pods
  expect(chosen('swarm-classic', build())).toBe(1) // 25 and 25 percent, one pod each
})

test('a resource that the pod does not request counts 100 on every node: the other one and the number of pods decide', () => {
  const build = () =>
    clusterOf()
      .nodes(2)
      .pod({ cpu: '8', memory: GIB }, onNode(0))
      .pod({ cpu: 0, memory: 2 * GIB }, onNode(1))
  expect(chosen('swarm-classic', build().pod({ cpu: 0, memory: GIB }))).toBe(0) // cpu does not count
  expect(chosen('swarm-classic', build().pod({ cpu: 0, memory: 0 }))).toBe(0) // equal: the lowest row
})
