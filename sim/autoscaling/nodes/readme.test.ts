import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { clusterOf, onNode } from '../../testing/cluster.ts'
import { adoptNodeAutoscaler, nodeAutoscalers } from './index.ts'
import { context, scalingView, scan } from './nodes.fixture.ts'

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')

test('the table of members in the README matches the list', () => {
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` \| (faithful|simplified|inspired) \|/gm)].map((row) => `${row[1]} ${row[2]}`)
  expect(rows).toEqual(nodeAutoscalers.all.map(({ name, fidelity }) => `${name} ${fidelity}`))
})

test.each(['on-demand', 'cluster-autoscaler'])('the table of parameters in the section of %s matches its definition', (name) => {
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${name}\n`))!
  const rows = [...section.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map((row) => `${row[1]} ${row[2]}`)
  expect(rows).toEqual(Object.entries(nodeAutoscalers.find(name)!.parameters).map(([key, { kind }]) => `${key} ${kind}`))
})

test('the example in the README orders a node when less than a tenth of 16 cores is free', async () => {
  const [, source] = /```ts\n([\s\S]*?)```/.exec(readme)!
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } })
  const adopted = adoptNodeAutoscaler(
    ((await import(`data:text/javascript,${encodeURIComponent(outputText)}`)) as { default: unknown }).default,
  )
  if ('problems' in adopted) throw new Error(adopted.problems.join('; '))
  const headroom = adopted.definition.create({ free: 0.1 }, context())!
  expect(headroom.every).toBe(30e6)
  const added = (cpu: number): unknown =>
    scan(headroom, scalingView(clusterOf().node({ cpu: 16_000 }).pod({ cpu }, onNode(0)).build().cluster, [{}])).added
  expect([added(14_400), added(14_401)]).toEqual([{}, { 0: 1 }])
})
