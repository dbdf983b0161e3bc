/** Containers of a service or of one of its versions: probes, and how the process behaves beside serving requests. */
import { cpu, duration, flag, forms, isMap, list, memory, name, positiveTime, section, share, whole } from '../quantities.ts'
import { image } from './images.ts'
import { show } from '../document.ts'

const answer = forms<{ readonly work: number } | { readonly time: number }>(
  {
    work: section('an answer', {
      work: positiveTime().describe('CPU time; the answer needs a thread, and waits for it as a request does'),
    }),
    time: section('an answer', { time: duration().describe('time that an answer always takes, whatever the load') }),
  },
  (value) => {
    const found = isMap(value) ? (['work', 'time'] as const).filter((key) => key in value) : []
    return found.length === 1 ? found[0] : { wrong: `found ${show(value)}; accepted: { work: 1ms } or { time: 5ms }` }
  },
)

const timing = {
  initialDelay: duration().prefault(0).describe('no probe before the container has run for this long; default 0, initialDelaySeconds'),
  period: positiveTime().prefault('10s').describe('time between probes; default 10s, periodSeconds'),
  timeout: positiveTime().prefault('1s').describe('a later answer is a failure; default 1s, timeoutSeconds'),
  failureThreshold: whole({ min: 1 }).prefault(3).describe('failures in a row that count; default 3'),
  overlap: flag()
    .prefault(false)
    .describe('true: a timeout longer than the period is meant; the next probe begins as soon as one that takes longer has ended'),
  answer: answer.prefault({ work: '1ms' }).describe('what an answer takes; default { work: 1ms }'),
}

interface Timing {
  readonly period: number
  readonly timeout: number
  readonly overlap: boolean
}

const isShort = ({ period, timeout, overlap }: Timing): boolean => timeout <= period || overlap

const SHORT = { message: 'found a timeout longer than the period; accepted: at most the period, or overlap: true', path: ['timeout'] }

const killing = section('a probe', {
  ...timing,
  grace: duration().optional().describe('grace of a container that this probe kills; default: that of the pod'),
}).refine(isShort, SHORT)

const readiness = section('a probe', {
  ...timing,
  successThreshold: whole({ min: 1 }).prefault(1).describe('successes in a row that count; default 1'),
}).refine(isShort, SHORT)

const probes = section('the probes', {
  startup: killing.optional().describe('the other probes wait for its success; its failure kills the container'),
  readiness: readiness
    .optional()
    .describe('decides whether the pod gets requests; without it a pod gets them as soon as its container runs'),
  liveness: killing.optional().describe('its failure kills the container, which is started again'),
})

const memoryUse = section('the memory of a container', {
  base: memory().describe('what the process needs without requests'),
  perRequest: memory().prefault('0').describe('added for each request in the pod; default 0'),
  leak: memory().prefault('0').describe('growth per minute from each start of the process; default 0'),
  max: memory().optional().describe('most of base and leak; default: no bound'),
})

const initContainer = section('an init container', {
  name: name().describe('unique name within the pod'),
  sidecar: flag()
    .prefault(false)
    .describe('true: restartPolicy Always; the next begins when it has started, and it goes on beside the containers'),
  time: duration().describe('from its start until it has ended; of a sidecar until it has started'),
  pull: duration().prefault(0).describe('pull of its image, once per pod; default 0, an image that is on the node'),
  failures: share({ min: 0, max: 1 })
    .prefault('0%')
    .describe('share of its runs that end with an error; it is started again after 0s, 10s, 20s, ... up to 300s; default 0%'),
  cpu: cpu({ min: 0 }).prefault(0).describe('CPU request; that of the pod counts it, by the rule of Kubernetes; default 0'),
  memory: memory().prefault('0').describe('memory request, counted as the CPU request; default 0'),
})

/** Keys that a service and its versions have; what a version does not say is as in the service. */
export const containerKeys = {
  probes: probes
    .optional()
    .describe(
      'probes as a kubelet makes them; default: none but a readiness probe that succeeds within its period, probe, after the start',
    ),
  hangAfter: positiveTime()
    .optional()
    .describe('time from each start of the process until it answers nothing any more; default: it does not hang'),
  memoryLimit: memory({ min: 1 })
    .optional()
    .describe('a container that needs more, by memoryUse, is killed and started again; default: none'),
  initContainers: list('init containers', initContainer)
    .optional()
    .describe(
      'containers that run before those of the pod, one after another, and sidecars among them; again after a reboot of the node; default: none',
    ),
  image: image
    .optional()
    .describe(
      'image of the container, pulled from the registry or found on the node (see images); default: each pod pulls for the time pull',
    ),
  memoryUse: memoryUse.optional().describe('memory that a container needs, where it has a memoryLimit; default: less than its limit'),
}
