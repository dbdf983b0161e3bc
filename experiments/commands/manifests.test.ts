/** `orchsim manifests` as a user runs it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { Screens } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { manifestsCommand } from './manifests.ts'

const folder = mkdtempSync(join(tmpdir(), 'orchsim-manifests-'))
afterAll(() => rmSync(folder, { recursive: true }))

const SHOP = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      runtimeClassName: kata
      containers: [{ name: web, image: "web:1", resources: { requests: { cpu: 250m, memory: 128Mi } } }]
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
`

mkdirSync(join(folder, 'shop', 'deep'), { recursive: true })
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
write('shop/shop.yaml', SHOP)
write('shop/notes.txt', 'no manifest')
write(
  'shop/deep/job.json',
  JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'load' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a:1' }] } } },
  }),
)

function run(names: readonly string[], json = false): { code: number; out: string; err: string } {
  const said = { out: '', err: '' }
  const screen = (key: 'out' | 'err') => ({
    write: (text: string) => {
      said[key] += text
      return true
    },
  })
  const code = manifestsCommand(names, { json }, { out: screen('out'), err: screen('err') } as Screens)
  return { code, ...said }
}

it('prints workloads, services and what is not simulated', () => {
  const { code, out, err } = run([join(folder, 'shop')])
  expect({ code, err }).toEqual({ code: EXIT.done, err: '' })
  expect(out).toMatch(/^ {2}workload +kind +replicas +cpu +memory +QoS +services$/m)
  expect(out).toMatch(/^ {2}shop\/web +Deployment, surge 25%, unavailable 25% +3 +250m +128Mi +Burstable +web$/m)
  expect(out).toMatch(/^ {2}shop\/web +ClusterIP +80 to 8080 +web$/m)
  expect(out).toMatch(
    /not simulated, and would matter:\n {2}.*shop\.yaml:10:25 {2}Deployment spec\.template\.spec\.runtimeClassName: its class may add overhead/,
  )
})

it('folders, patterns and several levels of folders', () => {
  const workloads = (name: string): string[] => {
    const { out } = run([join(folder, name)], true)
    return (JSON.parse(out) as { workloads: { name: string }[] }).workloads.map((one) => one.name)
  }
  expect(workloads('shop')).toEqual(['web'])
  expect(workloads('shop/*.yaml')).toEqual(['web'])
  expect(workloads('sh?p/**/*.json')).toEqual(['load'])
  expect(workloads('*/*/*.json')).toEqual(['load'])
})

it('as JSON: everything that was read, with the problems', () => {
  const { out } = run([join(folder, 'shop')], true)
  expect(JSON.parse(out)).toMatchObject({
    version: 1,
    workloads: [{ name: 'web', namespace: 'shop', replicas: 3, template: { requests: { cpu: 250, memory: 134_217_728 } } }],
    services: [{ name: 'web' }],
    ignored: [{ matters: true, path: 'spec.template.spec.runtimeClassName' }],
    problems: [],
  })
})

it('errors have their place and exit code 2, warnings do not change the exit code', () => {
  const wrong = write('wrong.yaml', SHOP.replace('replicas: 3', 'replicas: many'))
  const { code, err } = run([wrong])
  expect(code).toBe(EXIT.wrong)
  expect(err).toContain(`wrong.yaml:5:13  Deployment shop/web spec.replicas  found "many"; accepted: a whole number from 0`)
  const doubtful = write('doubtful.yaml', SHOP.replace('selector: { app: web }', 'selector: { app: wep }'))
  expect(run([doubtful])).toMatchObject({
    code: EXIT.done,
    err: expect.stringMatching(/^warning: .*doubtful\.yaml:14:7 {2}Service shop\/web spec\.selector {2}selects no pods/),
  })
})

it('a name without files is refused', () => {
  const { code, err } = run([join(folder, '*.yml')])
  expect(code).toBe(EXIT.wrong)
  expect(err).toMatch(/found no file ".*\*\.yml"; accepted: files, folders, patterns/)
})
