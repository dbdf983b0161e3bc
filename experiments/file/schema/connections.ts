/** Connections that carry several requests, in the experiment file. */
import { duration, section, whole } from '../quantities.ts'

/** The section of a service. */
export const connections = section('connections', {
  clients: whole({ min: 1, max: 1_000_000 }).describe(
    'client processes; a request belongs to the one of its client, or to one that is drawn',
  ),
  streams: whole({ min: 1, max: 1_000_000 })
    .prefault(1)
    .describe('requests that a connection carries at once: 1 in HTTP/1.1 with keep-alive, default 1; 100 is usual in HTTP/2'),
  idle: whole({ min: 0, max: 1_000_000 })
    .prefault(100)
    .describe(
      "connections without a request that a process keeps; default 100, as Go's MaxIdleConns; 0: each is closed after its requests",
    ),
  maxAge: duration()
    .prefault(0)
    .describe('age at which a connection takes no further request, as MAX_CONNECTION_AGE in gRPC; default 0, none'),
  handshakes: whole({ min: 0, max: 10 }).prefault(1).describe('round trips to open one; default 1, TCP; 2 with TLS 1.3, 3 with TLS 1.2'),
})
