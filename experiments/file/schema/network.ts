/** Network devices and the paths of services through them, in the experiment file. */
import { duration, flag, list, memory, name, oneOf, positiveTime, quantity, rate, section, whole } from '../quantities.ts'

const BANDWIDTH = /^(\d+(?:\.\d+)?)\s*([kMGT]?)bit\/s$/
const TIMES = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 }

const bandwidth = () =>
  quantity(
    'a bandwidth above 0 such as 10Gbit/s',
    (value) => {
      const parts = typeof value === 'string' ? BANDWIDTH.exec(value.trim()) : null
      const bits = parts === null ? 0 : Number(parts[1]) * TIMES[parts[2] as keyof typeof TIMES]
      return bits > 0 ? bits : undefined
    },
    { type: 'string', examples: ['10Gbit/s', '500Mbit/s'] },
  )

const failure = section('a failure', {
  at: duration().describe('start, after the beginning of the run'),
  duration: positiveTime().describe('how long the instance does not work'),
  instance: whole({ min: 0, max: 999 }).prefault(0).describe('which instance of the device, from 0'),
})

const device = section('a network device', {
  name: name().describe('unique name, which paths of services use'),
  architecture: oneOf(['nat', 'dsr', 'tunnel', 'distributed', 'proxy']).describe(
    'what passes through it: nat: packets of both ways; dsr: those of clients, pods answer directly; tunnel: as dsr with a second IP header; distributed: set-up and teardown of flows only; proxy: both ways, on a connection each, request by request',
  ),
  count: whole({ min: 1, max: 1000 }).prefault(1).describe('equal instances, over which flows are spread by a hash (ECMP)'),
  packets: rate().optional().describe('packets that an instance can forward, such as 2.8M/s at 350 ns each (Maglev); default: no bound'),
  bandwidth: bandwidth().optional().describe('of the link of an instance, such as 10Gbit/s; default: no bound'),
  flows: rate().optional().describe('flows that an instance can set up, TLS handshakes included; default: no bound'),
  requests: rate().optional().describe('requests that an instance of a proxy can read; default: no bound'),
  entries: whole({ min: 1 }).optional().describe('entries of the table of flows of an instance; default: no bound'),
  entryTimeout: duration()
    .prefault('60s')
    .describe('how long an entry stays after its flow; default 60s, the time-wait of Linux; with direct server return the idle timeout'),
  ports: whole({ min: 1, max: 64_512 })
    .optional()
    .describe('source NAT: source ports of an instance to each pod, 28232 in Linux; default: no source NAT, none needed'),
  timeWait: duration().prefault('60s').describe('how long a port stays in use after its flow; default 60s, as in Linux'),
  delay: duration().prefault('50us').describe('added by each passage; default 50us, the batch timer of Maglev'),
  buffer: duration().prefault('10ms').describe('longest time in the queue of an instance; what would wait longer is lost; default 10ms'),
  state: oneOf(['table', 'consistent', 'synced'])
    .prefault('table')
    .describe(
      'what an instance knows of flows that reached another: table: nothing, it resets them; consistent: it computes the same pod (Maglev); synced: it has their entries',
    ),
  standby: flag().prefault(false).describe('a failed instance is replaced by its standby; false: its flows go to the other instances'),
  failover: duration()
    .prefault('3s')
    .describe('from a failure until flows go elsewhere; default 3s, about three missed advertisements of VRRP'),
  failures: list('failures', failure).prefault([]).describe('instances that fail, and when'),
})

/** The section of the file. */
export const network = section('the network', {
  devices: list('network devices', device).prefault([]).describe('balancers of layer 4 and proxies that paths of services name'),
})
  .optional()
  .describe('network devices; default: none')

/** The section of a service. */
export const path = section('a path', {
  devices: list('names of network devices', name()).describe('from the client to the pod, one to four'),
  request: memory().prefault(1000).describe('size of a request without headers of packets; default 1000 bytes'),
  response: memory().prefault(10_000).describe('size of a response; default 10000 bytes'),
})
