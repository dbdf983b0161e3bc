import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { firstFitInOrder } from '../../binpacking/index.ts'
import { clusterOf, onNode } from '../../testing/cluster.ts'
import { adoptNodeAutoscaler, nodeAutoscalers } from './index.ts'
import { scalingView, scan } from './nodes.fixture.ts'

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')

test('the table of members in the README matches the list', () => {
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` \| (faithful|simplified|inspired) \|/gm)].map((row) => `${row[1]} ${row[2]}`)
  expect(rows).toEqual(nodeAutoscalers.all.map(({ name, fidelity }) => `${name} ${fidelity}`))
})

test('the table of parameters in the README matches on-demand', () => {
  const rows = [...readme.matchAll(/^\| `(\w+)` \| (duration|share|integer) \|/gm)].map((row) => `${row[1]} ${row[2]}`)
  expect(rows).toEqual(Object.entries(nodeAutoscalers.find('on-demand')!.parameters).map(([name, { kind }]) => `${name} ${kind}`))
})

test('the example in the README orders a node when less than a tenth of 16 cores is free', async () => {
  const [, source] = /```ts\n([\s\S]*?)```/.exec(readme)!
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } })
  const adopted = adoptNodeAutoscaler(
    ((await import(`data:text/javascript,${encodeURIComponent(outputText)}`)) as { default: unknown }).default,
  )
  if ('problems' in adopted) throw new Error(adopted.problems.join('; '))
  const headroom = adopted.definition.create({ free: 0.1 }, { now: () => 0, packer: firstFitInOrder })!
  expect(headroom.every).toBe(30e6)
  const added = (cpu: number): unknown =>
    scan(headroom, scalingView(clusterOf().node({ cpu: 16_000 }).pod({ cpu }, onNode(0)).build().cluster, [{}])).added
  expect([added(14_400), added(14_401)]).toEqual([{}, { 0: 1 }])
})
