/** Rules between objects, each with its place. */
import { describe, expect, it } from 'vitest'
import { deployment, documents, problemsOf, readText, template } from '../manifests.fixture.ts'
import { allowedOf } from './budgets.ts'

const object = (kind: string, version: string, spec: string, name = 'web'): string =>
  `apiVersion: ${version}\nkind: ${kind}\nmetadata: { name: ${name}, namespace: shop }\nspec: { ${spec} }\n`
const service = (spec: string, name?: string): string => object('Service', 'v1', spec, name)
const budget = (spec: string, name?: string): string =>
  object('PodDisruptionBudget', 'policy/v1', `selector: { matchLabels: { app: web } }, ${spec}`, name)
const claim = (spec: string): string =>
  object('PersistentVolumeClaim', 'v1', `accessModes: [ReadWriteOnce], resources: { requests: { storage: 10Gi } }, ${spec}`, 'data')
const storage = (name: string, provisioner: string): string =>
  `apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: ${name} }\nprovisioner: ${provisioner}\n`
const other = (text: string): string => text.replaceAll('app: web', 'app: api')

describe('rules between objects', () => {
  it.each([
    [
      'a selector that its template does not match',
      deployment().replace('matchLabels: { app: web }', 'matchLabels: { app: wep }'),
      'error 2:7 Deployment shop/web spec.selector: found { app: wep }, which the template with { app: web } does not match',
    ],
    [
      'the same object twice',
      documents(deployment(), deployment()),
      'error 7:7 Deployment shop/web metadata.name: found a second Deployment shop/web, as at',
    ],
    [
      'a Service without pods',
      documents(deployment(), service('selector: { app: wep }, ports: [{ port: 80 }]')),
      'warning 7:7 Service shop/web spec.selector: selects no pods, with { app: wep }; its requests fail',
    ],
    [
      'a Service with the pods of two applications',
      documents(
        deployment(),
        other(deployment('', template(), 'api')).replace('labels: { app: api }', 'labels: { app: api, tier: front }'),
        deployment('', template().replace('app: web', 'app: web, tier: front'), 'front').replace('app: web', 'tier: front'),
        service('selector: { tier: front }, ports: [{ port: 80 }]'),
      ),
      'selects the pods of Deployment shop/api and Deployment shop/front, with { tier: front }',
    ],
    [
      'a workload that selects its neighbour',
      documents(deployment(), deployment('', template(), 'canary')),
      'warning 2:7 Deployment shop/web spec.selector: selects pods of Deployment shop/canary too',
    ],
    [
      'a workload that selects a pod of no controller',
      documents(
        deployment(),
        'apiVersion: v1\nkind: Pod\nmetadata: { name: lone, namespace: shop, labels: { app: web } }\nspec: { containers: [{ name: a, image: a:1 }] }\n',
      ),
      'selects Pod shop/lone, which no controller owns, with { app: web }; the controller adopts it as one of its replicas',
    ],
    [
      'a workload that selects many neighbours',
      documents(...['web', 'b', 'c', 'd', 'e'].map((name) => deployment('', template(), name))),
      'selects pods of Deployment shop/b, Deployment shop/c, Deployment shop/d and others too, with { app: web }; controllers keep to the pods that they own',
    ],
    [
      'one port in two containers',
      deployment('', template(', ports: [{ containerPort: 80 }] }, { name: proxy, image: p:1, ports: [{ containerPort: 80 }]')),
      'error 4:215 Deployment shop/web : found port 80/TCP of container proxy also in container web',
    ],
    [
      'one port, also of the host, in two containers: once',
      deployment(
        '',
        template(
          ', ports: [{ containerPort: 80, hostPort: 80 }] }, { name: proxy, image: p:1, ports: [{ containerPort: 80, hostPort: 80 }]',
        ),
      ),
      'found port 80/TCP and host port 80/TCP of container proxy also in container web',
    ],
    [
      'one node port in two Services',
      documents(
        service('type: NodePort, ports: [{ port: 80, nodePort: 30080 }]'),
        service('type: NodePort, ports: [{ port: 81, nodePort: 30080 }]', 'api'),
      ),
      'found node port 30080/TCP, which Service shop/web has',
    ],
    [
      'one port of a Service twice',
      service('ports: [{ port: 80 }, { port: 80 }]'),
      'error 4:31 Service shop/web spec.ports: found 80/TCP a second time',
    ],
    [
      'a probe shorter than its timeout',
      deployment('', template(', livenessProbe: { exec: { command: [a] }, periodSeconds: 2, timeoutSeconds: 5 }')),
      'warning 4:119 Deployment shop/web livenessProbe: found a period of 2s shorter than the timeout of 5s',
    ],
    [
      'a hook longer than the grace',
      deployment('', template(', lifecycle: { preStop: { sleep: { seconds: 40 } } }')),
      'found a preStop hook of 40s with a grace of 30s',
    ],
    [
      'a budget that allows nothing',
      documents(deployment('replicas: 2, '), budget('minAvailable: 2')),
      'warning 7:7 PodDisruptionBudget shop/web : allows no disruption of 2 pods of Deployment shop/web; a drain of their nodes never ends',
    ],
    [
      'two budgets',
      documents(deployment('replicas: 3, '), budget('minAvailable: 1'), budget('minAvailable: 1', 'b')),
      'PodDisruptionBudget shop/b spec.selector: selects the pods of Deployment shop/web, as PodDisruptionBudget shop/web does',
    ],
    [
      'an autoscaler without target',
      object('HorizontalPodAutoscaler', 'autoscaling/v2', 'scaleTargetRef: { kind: Deployment, name: wep }, maxReplicas: 3').concat(
        '---\n',
        deployment(),
      ),
      'spec.scaleTargetRef: found Deployment wep, which is in no file; nothing is scaled (did you mean web?)',
    ],
    [
      'utilization without a request',
      object('HorizontalPodAutoscaler', 'autoscaling/v2', 'scaleTargetRef: { kind: Deployment, name: web }, maxReplicas: 3').concat(
        '---\n',
        deployment(),
      ),
      'found utilization of cpu, but the pods of Deployment shop/web request none',
    ],
    [
      'an unknown priority class',
      deployment('', template('', 'priorityClassName: high, ')),
      'found the priority class high, which is in no file',
    ],
    [
      'a missing config map',
      deployment('', template(', envFrom: [{ configMapRef: { name: settings } }]')),
      'warning 4:180 Deployment shop/web spec.template.spec.containers[0].envFrom[0].configMapRef.name: found the ConfigMap settings, which is in no file; the pods do not start',
    ],
    [
      'a missing secret',
      deployment('', template('', 'volumes: [{ name: tls, secret: { secretName: tls } }], ')),
      'found the Secret tls, which is in no file',
    ],
    [
      'a missing claim',
      deployment('', template('', 'volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }], ')),
      'found the PersistentVolumeClaim data, which is in no file; the pods stay Pending',
    ],
    [
      'a claim of a class that does not exist',
      documents(claim('storageClassName: fats'), storage('fast', 'ebs')),
      'found the class fats, which is in no file; accepted: fast (did you mean fast?); the claim stays Pending',
    ],
    [
      'a claim without class, and no default class',
      documents(claim(''), storage('fast', 'ebs')),
      'found no class, and none of fast is the default',
    ],
    [
      'a claim of a class that makes no volumes',
      documents(claim('storageClassName: local'), storage('local', 'kubernetes.io/no-provisioner')),
      'which makes no volumes, and no PersistentVolume of it that has 10Gi ReadWriteOnce',
    ],
    [
      'an Ingress without Service',
      object('Ingress', 'networking.k8s.io/v1', 'defaultBackend: { service: { name: web, port: { number: 80 } } }'),
      'found the Service web, which is in no file; its requests fail with 503',
    ],
    [
      'an Ingress with another port',
      documents(
        object('Ingress', 'networking.k8s.io/v1', 'defaultBackend: { service: { name: web, port: { number: 81 } } }'),
        service('ports: [{ port: 80 }]'),
      ),
      'found port 81, but Service shop/web has 80',
    ],
    [
      'a target port that no container declares',
      documents(deployment('', template(', ports: [{ containerPort: 8080 }]')), service('selector: { app: web }, ports: [{ port: 80 }]')),
      'found target port 80/TCP, but the containers of Deployment shop/web declare 8080',
    ],
    [
      'a quota that is too small',
      documents(
        deployment('replicas: 3, ', template(', resources: { requests: { cpu: 1 } }')),
        object('ResourceQuota', 'v1', 'hard: { requests.cpu: 2 }'),
      ),
      'allows 2 requests.cpu, but the workloads of the namespace ask for 3',
    ],
    [
      'a quota on what is not set',
      documents(deployment(), object('ResourceQuota', 'v1', 'hard: { limits.memory: 1Gi }')),
      'bounds limits.memory, but Deployment shop/web set none',
    ],
    [
      'a limit above the max',
      documents(
        deployment('', template(', resources: { limits: { cpu: 3 } }')),
        object('LimitRange', 'v1', 'limits: [{ type: Container, max: { cpu: 2 } }]'),
      ),
      'container web has a cpu limit of 3, more than the max 2 of LimitRange shop/web',
    ],
  ])('%s', (_what, text, expected) => {
    expect(problemsOf(readText(text)).join('\n')).toContain(expected)
  })

  it('a shop without mistakes has no problems', () => {
    const text = documents(
      deployment(
        'replicas: 3, ',
        template(
          ', resources: { requests: { cpu: 1, memory: 1Gi } }, ports: [{ name: http, containerPort: 8080 }], envFrom: [{ configMapRef: { name: settings } }]',
        ),
      ),
      service('selector: { app: web }, ports: [{ port: 80, targetPort: http }]'),
      object(
        'Ingress',
        'networking.k8s.io/v1',
        'rules: [{ host: shop.example, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }]',
      ),
      budget('maxUnavailable: 1'),
      object('HorizontalPodAutoscaler', 'autoscaling/v2', 'scaleTargetRef: { kind: Deployment, name: web }, maxReplicas: 9'),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings, namespace: shop }\ndata: { a: b }\n',
      claim('storageClassName: local'),
      storage('local', 'kubernetes.io/no-provisioner'),
      'apiVersion: v1\nkind: PersistentVolume\nmetadata: { name: disk }\nspec: { capacity: { storage: 20Gi }, accessModes: [ReadWriteOnce], storageClassName: local }\n',
    )
    expect(problemsOf(readText(text))).toEqual([])
    expect(readText(text).manifests.ignored).toEqual([])
  })

  // Kubernetes 1.34, disruption controller: percentages are rounded up.
  it.each([
    [{ minAvailable: '50%', maxUnavailable: null }, 5, 2],
    [{ minAvailable: '50%', maxUnavailable: null }, 7, 3],
    [{ minAvailable: null, maxUnavailable: '30%' }, 7, 3],
    [{ minAvailable: '95%', maxUnavailable: null }, 10, 0],
    [{ minAvailable: null, maxUnavailable: '50%' }, 1, 1],
    [{ minAvailable: 3, maxUnavailable: null }, 3, 0],
    [{ minAvailable: null, maxUnavailable: 0 }, 4, 0],
  ])('%j of %d pods allows %d', (one, pods, allowed) => {
    expect(allowedOf(one, pods)).toBe(allowed)
  })
})
