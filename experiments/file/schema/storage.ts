/** Storage of the cluster: drivers, classes, volumes, claims, config maps and secrets; and what the pods of a service mount. */
import { z } from 'zod'
import { show } from '../document.ts'
import { duration, flag, forms, isMap, labels, list, mapOf, memory, name, oneOf, section, share, whole, words } from '../quantities.ts'
import { distribution } from './distribution.ts'

const MODES = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'] as const

const modes = () =>
  list('access modes', oneOf(MODES))
    .min(1, `found an empty list; accepted: at least one of ${MODES.join(', ')}`)
    .prefault(['ReadWriteOnce'])
    .describe('access modes; default ReadWriteOnce, one node')

const size = () => memory({ min: 1 })
const reclaim = (policy: 'Delete' | 'Retain') =>
  oneOf(['Delete', 'Retain'])
    .prefault(policy)
    .describe(`what becomes of a volume whose claim is deleted; default ${policy}; Retain: it is kept and given to no other claim`)

const off = z.literal('off').transform(() => null)

const driver = section('a driver', {
  name: words().describe('by which classes and volumes refer to it'),
  attachLimit: forms<number | null>({ off, count: whole({ min: 1 }) }, (value) => (value === 'off' ? 'off' : 'count'))
    .prefault('off')
    .describe('volumes of the driver that a node takes, or off; default off'),
  provision: distribution()
    .prefault({ uniform: { low: '2s', high: '10s' } })
    .describe('time to make a volume; default 2 to 10 s, as for block storage of clouds'),
  attach: distribution()
    .prefault({ uniform: { low: '5s', high: '20s' } })
    .describe('time to attach a volume to a node; default 5 to 20 s; 0 for network file systems'),
  detach: distribution()
    .prefault({ uniform: { low: '5s', high: '30s' } })
    .describe('time to detach a volume; default 5 to 30 s'),
  mount: distribution()
    .prefault({ uniform: { low: '1s', high: '5s' } })
    .describe('time to format and mount a volume on its node; default 1 to 5 s'),
  check: distribution()
    .prefault('5s')
    .describe('check of the file system, at the first mount after a crash or a forced detach; default 5s'),
  failures: share({ min: 0, max: 1 }).prefault('0%').describe('share of the attempts to make a volume that fail and are repeated'),
  serial: flag().prefault(false).describe('true: a node attaches and detaches one volume at a time'),
  modes: modes()
    .describe('access modes that its volumes can have; default ReadWriteOnce and ReadWriteOncePod')
    .prefault(['ReadWriteOnce', 'ReadWriteOncePod']),
})

const storageClass = section('a storage class', {
  name: words().describe('by which claims refer to it'),
  provisioner: words().prefault('disk').describe('the driver that makes its volumes, or none: volumes are made by hand; default disk'),
  binding: oneOf(['Immediate', 'WaitForFirstConsumer'])
    .prefault('Immediate')
    .describe('when a claim gets its volume: at once, or where the scheduler places its first pod; default Immediate, as the API has it'),
  reclaim: reclaim('Delete'),
  zones: list('zones', name()).prefault([]).describe('zones in which volumes are made (allowedTopologies); default: any'),
  default: flag().prefault(false).describe('true: the class of claims that name none'),
})

const asked = {
  size: size().describe('size that a volume must have at least'),
  class: words().optional().describe('storage class, or none for a volume without a class; default: the default class'),
  modes: modes(),
}

const claim = section('a claim', {
  name: words().describe('by which pods refer to it'),
  ...asked,
  volume: words().optional().describe('the only volume that it accepts'),
  selector: labels().prefault({}).describe('labels of the volumes that it accepts'),
})

const volume = section('a volume', {
  name: words().describe('its name; volumes of a pool add the name of their node'),
  size: size(),
  class: words().optional().describe('storage class; default: none'),
  modes: modes(),
  driver: words().optional().describe('the driver that attaches it; default: none, it needs no attachment'),
  zones: list('zones', name()).prefault([]).describe('zones from which it is reached; default: any'),
  nodes: mapOf('a map from labels to lists of values', list('values', words()))
    .optional()
    .describe('labels with one of the values that a node must have to reach it; default: any node'),
  pool: name().optional().describe('a local volume on each node of this pool, reached from there only'),
  reclaim: reclaim('Retain'),
  claim: words().optional().describe('the claim that it is reserved for'),
  labels: labels().prefault({}),
})

const config = section('a config map or secret', {
  name: words().describe('by which pods refer to it'),
  from: forms<number | null>({ never: z.literal('never').transform(() => null), time: duration() }, (value) =>
    value === 'never' ? 'never' : 'time',
  )
    .prefault(0)
    .describe('time after the origin from which it exists, or never; default 0'),
})

/** The storage of the cluster. */
export const storage = section('the storage', {
  drivers: list('drivers', driver).prefault([]),
  classes: list('storage classes', storageClass)
    .optional()
    .describe('default: one default class, standard, of the driver disk, which waits for the first pod'),
  volumes: list('volumes', volume).prefault([]).describe('volumes that exist from the start'),
  claims: list('claims', claim).prefault([]).describe('claims that several pods may share'),
  configs: list('config maps and secrets', config).prefault([]).describe('config maps and secrets that pods mount'),
})
  .prefault({})
  .describe('drivers, classes, volumes and claims; used where a service has volumes')

/** The storage as the file gives it. */
export type StorageData = z.infer<typeof storage>

const own = {
  claim: section('a volume', { claim: words().describe('a claim of storage.claims') }),
  template: section('a volume', {
    template: words().describe('a claim for each pod of a StatefulSet, kept when the pod is replaced'),
    ...asked,
    claims: words().optional().describe('name of these claims without the ordinal; default: the template and the service'),
    whenScaled: oneOf(['Retain', 'Delete'])
      .prefault('Retain')
      .describe('what becomes of the claims of pods that a smaller set does not need'),
  }),
  emptyDir: section('a volume', { emptyDir: size().describe('size of a directory that ends with its pod') }),
  hostPath: section('a volume', { hostPath: size().describe('size of a directory of the node, which stays there when the pod leaves') }),
  config: section('a volume', {
    config: words().describe('a config map or secret of storage.configs, without which the pod does not start'),
  }),
}

/** A volume of a pod as the file gives it. */
export type VolumeData = z.infer<(typeof own)[keyof typeof own]>

const keys = Object.keys(own)

/** What each pod of a service mounts. */
export const volumes = list(
  'volumes',
  forms<VolumeData>(own, (value) => {
    const found = isMap(value) ? keys.filter((key) => key in value) : []
    return found.length === 1 ? found[0] : { wrong: `found ${show(value)}; accepted: a map with one of ${keys.join(', ')}` }
  }),
)
