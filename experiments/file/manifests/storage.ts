/**
 * Volumes, claims, classes, config maps and secrets of manifests as the storage of a run, and what the pods of a service mount. What no file
 * has does not exist, unless the storage of the experiment names it: a claim without a volume leaves its pods pending, and a missing config
 * map or secret keeps their containers from starting, as the kubelet does.
 */
import type { Manifests, ManifestWorkload } from '../../../workloads/index.ts'
import { isMap } from '../quantities.ts'

type Raw = Record<string, unknown>
type Claim = Manifests['claims'][number]

/** Made by the cluster in each namespace. */
const EVERYWHERE = 'kube-root-ca.crt'
const NO_PROVISIONER = 'kubernetes.io/no-provisioner'
const ALL_MODES = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']
const ZONES = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone']
/** In-tree plugins and the drivers that have taken their place. */
const SUCCESSORS: Readonly<Record<string, string>> = {
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/azure-file': 'file.csi.azure.com',
}
/** The class of claims that name none, where no file has classes. */
const STANDARD: Raw = { name: 'standard', binding: 'WaitForFirstConsumer', default: true }

const named = (raw: unknown): Raw[] => (Array.isArray(raw) ? raw.filter(isMap) : [])

/** The storage of a run with manifests; filled as the items of services are made. */
export class ManifestStorage {
  readonly notes: string[] = []
  private readonly manifests: Manifests
  private readonly given: Raw
  private readonly claims = new Map<string, Raw>()
  private readonly configs = new Map<string, Raw>()
  private readonly classes = new Map<string, Raw>()
  private readonly drivers = new Map<string, Raw>()

  /** `raw` is the key `storage` of the file. */
  constructor(manifests: Manifests, raw: unknown) {
    this.manifests = manifests
    this.given = isMap(raw) ? raw : {}
    for (const { name, provisioner, binding, reclaim, isDefault, zones } of manifests.storageClasses)
      this.classes.set(name, {
        ...{ name, binding, reclaim, zones, default: isDefault },
        provisioner: provisioner === NO_PROVISIONER ? 'none' : (SUCCESSORS[provisioner] ?? provisioner),
      })
  }

  /** `volumes` of a service with this workload; those of `behavior` come first. */
  volumesOf(workload: ManifestWorkload, behavior: unknown): Raw {
    const { controller, template, namespace, name } = workload
    const templates = controller.kind === 'StatefulSet' ? controller.claimTemplates : []
    const volumes: Raw[] = Array.isArray(behavior) ? [...(behavior as Raw[])] : []
    for (const claim of templates)
      volumes.push({
        ...{ template: claim.name, ...this.asked(claim), claims: `${claim.name}-${name}` },
        whenScaled: controller.kind === 'StatefulSet' ? controller.retention.whenScaled : 'Retain',
      })
    for (const { kind, source, sizeLimit } of template.volumes) {
      if (kind === 'emptyDir' && sizeLimit !== null) volumes.push({ emptyDir: sizeLimit })
      if (kind === 'claim' && templates.every((one) => one.name !== source)) volumes.push({ claim: this.claim(namespace, source) })
    }
    const configs = new Set<string>()
    for (const { kind, name: config, optional } of template.needs)
      if (kind !== 'PersistentVolumeClaim' && !optional && config !== EVERYWHERE) configs.add(this.config(kind, namespace, config))
    volumes.push(...[...configs].map((config) => ({ config })))
    return volumes.length === 0 ? {} : { volumes }
  }

  private asked({ request, modes, storageClass }: Claim): Raw {
    return {
      size: request,
      ...(modes.length === 0 ? {} : { modes }),
      ...(storageClass === null ? this.asDefault() : { class: storageClass === '' ? 'none' : this.classNamed(storageClass, modes) }),
    }
  }

  /** Without a default class among those of the files, a claim that names none waits for one. */
  private asDefault(): Raw {
    const classes = [...this.classes.values(), ...named(this.given['classes'])]
    return classes.length === 0 || classes.some((one) => one['default'] === true) ? {} : { class: 'none' }
  }

  /** The class, which is made up where it is in no file: classes usually belong to the cluster. */
  private classNamed(name: string, modes: readonly string[]): string {
    const own = named(this.given['classes'])
    if (!this.classes.has(name) && own.every((one) => one['name'] !== name)) {
      const assumed = this.manifests.storageClasses.length + own.length === 0
      this.classes.set(name, { name, provisioner: assumed ? 'disk' : 'none', binding: assumed ? 'WaitForFirstConsumer' : 'Immediate' })
      if (assumed) {
        this.classes.set('standard', STANDARD)
        this.notes.push(
          `manifests: the storage class ${name} is in no file; the driver disk is assumed, and binding when the first pod is placed (storage: classes)`,
        )
      }
    }
    const driver = this.classes.get(name)?.['provisioner']
    const shared = modes.some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany')
    // A class of volumes that many nodes mount is a network file system.
    if (shared && typeof driver === 'string' && driver !== 'none' && driver !== 'disk' && !KNOWN_DRIVER.test(driver))
      this.drivers.set(driver, { name: driver, attach: 0, detach: 0, modes: ALL_MODES })
    return name
  }

  /** The name of a claim in the run: with its namespace where two have the same. */
  private claim(namespace: string, name: string): string {
    const key = this.claimName(namespace, name)
    if (this.claims.has(key) || named(this.given['claims']).some((one) => one['name'] === key)) return key
    const found = this.manifests.claims.find((one) => one.namespace === namespace && one.name === name)
    if (found === undefined) {
      // Nothing serves a claim that does not exist.
      this.classes.set(ABSENT, { name: ABSENT, provisioner: 'none' })
      if (this.manifests.storageClasses.length === 0) this.classes.set('standard', STANDARD)
      this.claims.set(key, { name: key, size: 1, class: ABSENT })
      return key
    }
    const { volumeName, selector } = found
    this.claims.set(key, {
      name: key,
      ...this.asked(found),
      ...(volumeName === '' ? {} : { volume: volumeName }),
      ...(selector === null ? {} : { selector: selector.labels }),
    })
    if (selector !== null && selector.expressions.length > 0)
      this.notes.push(`manifests: not simulated yet: matchExpressions of the selector of the claim ${namespace}/${name}`)
    return key
  }

  private claimName(namespace: string, name: string): string {
    return this.manifests.claims.filter((one) => one.name === name).length > 1 ? `${namespace}-${name}` : name
  }

  /** A config map or a secret that pods need; one that no file has never exists. */
  private config(kind: string, namespace: string, name: string): string {
    const own = named(this.given['configs']).find((one) => one['name'] === name || one['name'] === `${namespace}/${name}`)
    if (own !== undefined) return own['name'] as string
    const exists = this.manifests.configs.some((one) => one.kind === kind && one.namespace === namespace && one.name === name)
    const key = `${kind} ${namespace}/${name}`
    if (!exists && !this.configs.has(key))
      this.notes.push(
        `manifests: the ${kind} ${namespace}/${name} is in no file, so that containers that need it do not start; where the cluster has it: storage: { configs: [{ name: ${name} }] }`,
      )
    this.configs.set(key, { name: key, from: exists ? 0 : 'never' })
    return key
  }

  /** The key `storage`, with what the file has; absent where the manifests add nothing. */
  key(): Raw {
    const lists: readonly (readonly [string, readonly Raw[]])[] = [
      ['drivers', [...this.drivers.values()]],
      ['classes', [...this.classes.values()]],
      ['volumes', this.manifests.volumes.map((volume) => this.volume(volume))],
      ['claims', [...this.claims.values()]],
      ['configs', [...this.configs.values()]],
    ]
    const added = lists.filter(([, items]) => items.length > 0)
    if (added.length === 0) return {}
    return { storage: { ...this.given, ...Object.fromEntries(added.map(([list, items]) => [list, this.merged(list, items)])) } }
  }

  /** Items of the file replace those of the manifests with their name. */
  private merged(list: string, items: readonly Raw[]): unknown[] {
    const own = Array.isArray(this.given[list]) ? (this.given[list] as unknown[]) : []
    const names = new Set(own.map((one) => (isMap(one) ? one['name'] : undefined)))
    return [...own, ...items.filter(({ name }) => !names.has(name))]
  }

  private volume({ name, capacity, modes, storageClass, reclaim, claim, nodeRequired, driver, labels }: Manifests['volumes'][number]): Raw {
    const [term, ...others] = nodeRequired
    const simple = (term?.labels ?? []).filter(({ operator }) => operator === 'In')
    if (others.length > 0 || simple.length < (term?.labels.length ?? 0))
      this.notes.push(`manifests: not simulated yet: terms of the node affinity of the PersistentVolume ${name} other than In`)
    const [namespace, ofClaim] = claim.split('/')
    const zones = simple.filter(({ key }) => ZONES.includes(key)).flatMap(({ values }) => values)
    const nodes = simple.filter(({ key }) => !ZONES.includes(key)).map(({ key, values }) => [key, values] as const)
    return {
      ...{ name, size: capacity, labels, reclaim: reclaim === 'Recycle' ? 'Delete' : reclaim },
      ...(modes.length === 0 ? {} : { modes }),
      ...(storageClass === '' ? {} : { class: storageClass }),
      ...(driver === '' ? {} : { driver: SUCCESSORS[driver] ?? driver }),
      ...(claim === '' ? {} : { claim: this.claimName(namespace, ofClaim) }),
      ...(zones.length === 0 ? {} : { zones }),
      ...(nodes.length === 0 ? {} : { nodes: Object.fromEntries(nodes) }),
    }
  }
}

/** The class of claims that do not exist. */
const ABSENT = 'absent'
/** Drivers of which the access modes are known. */
const KNOWN_DRIVER =
  /^(?:ebs|efs)\.csi\.aws\.com$|^(?:pd|filestore)\.csi\.storage\.gke\.io$|^(?:disk|file)\.csi\.azure\.com$|^nfs\.csi\.k8s\.io$/
