/** What is read of texts: documents, lists, places, and what is ignored. */
import fc from 'fast-check'
import { truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { deployment, documents, fileOf, problemsOf, readText, template, workloadOf } from './manifests.fixture.ts'
import { PodIndex } from './pod-index.ts'
import { readManifests } from './read.ts'

const names = (text: string): string[] => readText(text).manifests.workloads.map(({ name }) => name)
const pod = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}${more} }\nspec: { containers: [{ name: a, image: a:1 }] }\n`

describe('documents', () => {
  it('several documents, empty ones, null and comments, as helm template prints them', () => {
    const text = `# values: none\n---\n# Source: shop/templates/a.yaml\n${pod('a')}---\n---\n# only a comment\n---\nnull\n---\n# Source: shop/templates/b.yaml\n${pod('b')}...\n${pod('c')}`
    const { manifests, problems } = readText(text)
    expect(problems).toEqual([])
    expect(manifests.workloads.map(({ name, source, place }) => [name, source, place.line])).toEqual([
      ['a', 'shop/templates/a.yaml', 5],
      ['b', 'shop/templates/b.yaml', 16],
      ['c', '', 21],
    ])
  })

  it('directives and carriage returns', () => {
    expect(names(`%YAML 1.2\n---\n${pod('a')}`)).toEqual(['a'])
    expect(names(documents(pod('a'), pod('b')).replaceAll('\n', '\r\n'))).toEqual(['a', 'b'])
  })

  it('a List, lists of a kind, and lists within lists', () => {
    const item = (name: string): string => pod(name).trimEnd().replaceAll('\n', '\n  ')
    expect(names(`apiVersion: v1\nkind: List\nitems:\n- ${item('a')}\n- ${item('b')}\n- null\n`)).toEqual(['a', 'b'])
    expect(names(`apiVersion: v1\nkind: PodList\nitems:\n- ${item('a')}\n`)).toEqual(['a'])
    expect(names(`kind: List\nitems:\n- kind: List\n  items:\n  - ${item('a').replaceAll('\n', '\n  ')}\n`)).toEqual(['a'])
  })

  it('JSON, also indented by tabs', () => {
    const value = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [{ name: 'a', image: 'a:1' }] } }
    for (const space of [undefined, 2, '\t']) expect(names(JSON.stringify(value, null, space))).toEqual(['a'])
  })

  it('a large list is read item by item, with the same places and objects as in one piece, in YAML and JSON', () => {
    const item = (i: number): string =>
      `- apiVersion: v1\n  kind: Pod\n  metadata: { name: p${i} }\n  spec: { containers: [{ name: a, image: a:1 }] }\n  status: { message: "${'x'.repeat(1000)}" }\n`
    const yaml = `apiVersion: v1\nitems:\n${Array.from({ length: 400 }, (_, i) => item(i)).join('')}kind: List\nmetadata:\n  resourceVersion: ""\n`
    const read = readText(yaml)
    expect(read.problems).toEqual([])
    expect(read.manifests.workloads.map(({ name, place }) => [name, place.line])).toEqual(
      Array.from({ length: 400 }, (_, i) => [`p${i}`, 4 + 5 * i]),
    )
    const items = Array.from({ length: 400 }, (_, i) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `p${i}` },
      spec: { containers: [{ name: 'a', image: 'a:1' }] },
      status: { message: 'x'.repeat(1000) },
    }))
    const json = JSON.stringify({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } }, null, 4)
    const places = readText(json).manifests.workloads.map(({ name, place }) => [name, place.line])
    const lines = json.split('\n')
    expect(places).toHaveLength(400)
    for (const [name, line] of places) expect(lines[Number(line) - 1 + 2]).toContain(`"name": "${name}"`)
  })

  it('a file of 100 MB is refused without being read, a document of 9 MiB that is no list is refused', () => {
    const large = fileOf('', 'large.yaml')
    truncateSync(large, 100_000_000)
    expect(problemsOf(readManifests([large]))).toEqual([
      'error 1:1  : found a file of 96 MiB; accepted: at most 64 MiB; split it, or print fewer kinds, as kubectl get deployments,statefulsets,services -o yaml does',
    ])
    writeFileSync(large, `${pod('a')}---\nx: "${'y'.repeat(9 * 1024 * 1024)}"\n`)
    expect(problemsOf(readManifests([large]))).toEqual([
      'error 5:1  : found a document of 10 MiB; accepted: at most 8 MiB, or a List, as kubectl prints it',
    ])
  })

  it('deep nesting is refused at its place before it is parsed: the tree of two million brackets takes gigabytes and half a minute', () => {
    const before = process.cpuUsage().user
    expect(problemsOf(readText(`a: 1\nb: ${'['.repeat(2_000_000)}`))).toEqual([
      'error 2:503  : found maps and lists within each other more than 500 deep; accepted: at most 500',
    ])
    expect(problemsOf(readText(`${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`))[0]).toContain('more than 500 deep')
    expect(problemsOf(readText('- '.repeat(2000)))[0]).toContain('more than 500 deep')
    expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(3)
    // Brackets within a string are no nesting.
    expect(problemsOf(readText(pod('a', `, annotations: { a: "${'['.repeat(2000)}" }`)))).toEqual([])
  })

  it('selectors of 20,000 workloads are compared with those that share a label, not with all (400 million pairs)', () => {
    const one = workloadOf(deployment())
    const all = Array.from({ length: 20_000 }, (_, i) => {
      const labels = { app: `w${i}`, tier: 'front' }
      return { ...one, name: `w${i}`, selector: { labels, expressions: [] }, template: { ...one.template, labels } }
    })
    const before = process.cpuUsage().user
    const index = new PodIndex(all)
    expect(all.every((each) => index.selected(each.namespace, each.selector).length === 1)).toBe(true)
    expect(all.every((each) => index.neighbours(each, 3).length === 0)).toBe(true)
    expect(index.neighbours({ ...all[0], selector: { labels: { tier: 'front' }, expressions: [] } }, 3)).toEqual(all.slice(0, 3))
    expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(2)
  })

  it.each([
    ['kind: [', /^error 1:\d+ {2}: found text that is not YAML or JSON: /],
    ['a: 1\na: 2\n', /^error 2:1 {2}: found text that is not YAML or JSON: Map keys must be unique/],
    [
      '{{- if .Values.on }}\nkind: Pod\n{{- end }}\n',
      /^error 1:1 {2}: found \{\{, a template; accepted: manifests, as helm template prints them/,
    ],
    [
      deployment('replicas: {{ .Values.replicas }}, '),
      /^error 4:19 Deployment shop\/web spec.replicas: found \{\{, a template; accepted: a whole number/,
    ],
    ['- a\n- b\n', /^error 1:1 {2}: found a list; accepted: an object of Kubernetes with apiVersion and kind, a stack file/],
    ['apiVersion: v1\n', /^error 1:1 {2}kind: found nothing; accepted: a kind such as Deployment/],
  ])('%j is an error with its place', (text, expected) => {
    expect(problemsOf(readText(text))[0]).toMatch(expected)
  })

  it('what is no file', () => {
    expect(problemsOf(readManifests(['/nowhere/a.yaml', '/tmp']))).toEqual([
      'error 1:1  : found no such file; accepted: a YAML or JSON file',
      'error 1:1  : found a directory; accepted: a YAML or JSON file',
    ])
    expect(problemsOf(readManifests([fileOf('\uFFFD').replace('shop', 'binary')]))[0]).toContain('no such file')
  })

  it('aliases and merge keys are followed, also where they contain themselves', () => {
    const text = `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, labels: &labels { app: web } }\nspec:\n  selector: { matchLabels: *labels }\n  template:\n    metadata: { labels: { <<: *labels, tier: front } }\n    spec: { containers: [{ name: a, image: a:1 }] }\n`
    expect(workloadOf(text).template.labels).toEqual({ app: 'web', tier: 'front' })
    expect(() => readText('kind: List\nitems: &a\n  - kind: List\n    items: *a\n')).not.toThrow()
  })

  it('any change of a manifest gives objects or problems, never an exception', () => {
    const text = documents(deployment('replicas: 3, ', template(', ports: [{ containerPort: 80 }]')), pod('a'))
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.nat(5),
        fc.constantFrom('', '{', '-', ': ', '\n', '&a ', '*a', '"', '---\n', '1e9', 'null'),
        (at, drop, put) => {
          const { manifests, problems } = readText(text.slice(0, at) + put + text.slice(at + drop))
          expect(manifests.workloads.length + problems.length + manifests.ignored.length).toBeGreaterThan(0)
        },
      ),
      { seed: 7, numRuns: 300 },
    )
  })
})

describe('what is not understood', () => {
  const ignored = (text: string): string[] =>
    readText(text).manifests.ignored.map(
      ({ kind, path, matters, why, count }) => `${matters ? 'matters' : 'no effect'}, ${count}: ${kind} ${path} ${why}`,
    )

  it('kinds', () => {
    expect(
      ignored('kind: NetworkPolicy\n---\nkind: ServiceAccount\n---\nkind: NetworkPolicy\n---\napiVersion: x.io/v1\nkind: Thing\n'),
    ).toEqual([
      'matters, 2: NetworkPolicy  it may refuse connections',
      'matters, 1: Thing  is not known, and may create pods or change them',
      'no effect, 1: ServiceAccount  changes nothing that is simulated',
    ])
  })

  it('a kind of another API group with a known name', () => {
    expect(ignored('apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: { name: a }\n')).toEqual([
      'matters, 1: serving.knative.dev/v1 Service  is not known, and may create pods or change them',
    ])
  })

  it('unknown fields, fields whose effect is missing, and fields without effect', () => {
    const text = deployment('replica: 3, ', template(', livenesProbe: {}, tty: true', 'runtimeClassName: kata, '))
    expect(ignored(text)).toEqual([
      'matters, 1: Deployment spec.replica is no known field (did you mean replicas?)',
      'matters, 1: Deployment spec.template.spec.runtimeClassName its class may add overhead and choose nodes; write overhead and nodeSelector instead',
      'matters, 1: Deployment spec.template.spec.containers.livenesProbe is no known field (did you mean livenessProbe?)',
      'no effect, 1: Deployment spec.template.spec.containers.tty changes nothing that is simulated',
    ])
  })

  it('objects that their owners in the files create, and pods that have ended', () => {
    const owned = (kind: string, name: string, ownerKind: string, owner: string): string =>
      `apiVersion: ${kind === 'Pod' ? 'v1' : 'apps/v1'}\nkind: ${kind}\nmetadata: { name: ${name}, namespace: shop, ownerReferences: [{ apiVersion: apps/v1, kind: ${ownerKind}, name: ${owner}, uid: x, controller: true }] }\nspec: { ${kind === 'Pod' ? 'containers: [{ name: a, image: a:1 }]' : `selector: { matchLabels: { app: web } }, ${template()}`} }\n`
    const all = documents(owned('Pod', 'web-1-a', 'ReplicaSet', 'web-1'), owned('ReplicaSet', 'web-1', 'Deployment', 'web'), deployment())
    expect(ignored(all)).toEqual([
      'no effect, 1: Pod  is created by its ReplicaSet',
      'no effect, 1: ReplicaSet  is created by its Deployment',
    ])
    expect(readText(all).manifests.workloads.map(({ kind }) => kind)).toEqual(['Deployment'])
    // Without the owner in the files, the ReplicaSet is a workload, and its pod is created by it.
    const part = documents(owned('Pod', 'web-1-a', 'ReplicaSet', 'web-1'), owned('ReplicaSet', 'web-1', 'Deployment', 'web'))
    expect(readText(part).manifests.workloads.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['ReplicaSet web-1'])
    expect(ignored(`${pod('done')}status: { phase: Succeeded }\n`)).toEqual(['no effect, 1: Pod  has ended'])
    const circle = documents(owned('ReplicaSet', 'a', 'ReplicaSet', 'b'), owned('ReplicaSet', 'b', 'ReplicaSet', 'a'))
    expect(problemsOf(readText(circle))[0]).toContain(
      'found owners in a circle, ReplicaSet shop/a -> ReplicaSet shop/b -> ReplicaSet shop/a',
    )
    // Through references that are not the controller's, of an object to itself, and with two owners of which one leads back.
    const plain = (text: string): string => text.replaceAll(', controller: true', '')
    expect(problemsOf(readText(plain(circle)))).toHaveLength(2)
    expect(problemsOf(readText(plain(owned('ReplicaSet', 'a', 'ReplicaSet', 'a'))))[0]).toBe(
      'error 3:11 ReplicaSet shop/a metadata: found owners in a circle, ReplicaSet shop/a -> ReplicaSet shop/a; accepted: owners without a cycle',
    )
    const two = owned('ReplicaSet', 'a', 'Deployment', 'web').replace(
      'uid: x, controller: true }',
      'uid: x }, { kind: ReplicaSet, name: b, uid: y }',
    )
    expect(problemsOf(readText(documents(two, plain(owned('ReplicaSet', 'b', 'ReplicaSet', 'a')))))[0]).toContain(
      'shop/a -> ReplicaSet shop/b -> ',
    )
    // An owner that is no controller creates nothing: the object is read.
    expect(readText(documents(deployment(), plain(owned('ReplicaSet', 'a', 'Deployment', 'web')))).manifests.workloads).toHaveLength(2)
  })
})
