/** Replays Cilium's Maglev tables. */
import { ciliumTable } from '../../../slb/structures/cilium/maglev.ts'
import { bytesOf } from '../../../slb/structures/hashes/bytes.ts'
import { hex, sha256 } from '../../../slb/structures/hashes/sha256.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'

interface Backend {
  readonly id: number
  readonly ip: string
  readonly port: number
  readonly protocol: string
  readonly weight: number
}

/** One recorded table. */
interface MaglevCase extends RecordedCase {
  readonly table_size: number
  readonly seed_murmur: number
  readonly backends: readonly Backend[]
  readonly positions_per_backend: Readonly<Record<string, number>>
  readonly table_head: readonly number[]
  readonly table?: readonly number[]
  readonly table_sha256: string
  readonly moved_when_last_is_removed?: number
}

const textOf = ({ ip, port, protocol }: Backend): string => {
  const address = ip.includes(':') ? `[${ip}]` : ip
  return `[${address}:${port}/${protocol},State:active]`
}

/** Replays one table. */
export function replayMaglev(recorded: MaglevCase): string | null {
  const { backends, table_size, seed_murmur, table_head } = recorded
  const idsOf = (among: readonly Backend[]): number[] => {
    const list = among.map((backend) => ({ text: textOf(backend), weight: backend.weight }))
    return Array.from(ciliumTable(list, table_size, seed_murmur), (place) => among[place].id)
  }
  const table = idsOf(backends)
  const counts: Record<string, number> = {}
  for (const id of table) counts[id] = (counts[id] ?? 0) + 1
  const moved =
    recorded.moved_when_last_is_removed === undefined ? undefined : movedOf(table, idsOf(backends.slice(0, -1)), backends.at(-1)!.id)
  return firstDifference(
    {
      positions: recorded.positions_per_backend,
      head: table_head,
      table: recorded.table ?? [],
      sha256: recorded.table_sha256,
      moved: recorded.moved_when_last_is_removed,
    },
    {
      positions: counts,
      head: table.slice(0, table_head.length),
      table: recorded.table === undefined ? [] : table,
      sha256: hex(sha256(bytesOf(table.join(',')))),
      moved,
    },
  )
}

/** Share of the positions of the backends that stay that another one has afterwards. */
function movedOf(before: readonly number[], after: readonly number[], removed: number): number {
  const kept = before.map((_, position) => position).filter((position) => before[position] !== removed)
  return kept.filter((position) => before[position] !== after[position]).length / kept.length
}
