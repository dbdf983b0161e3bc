/** The file of `orchsim explain balance`: servers, a balancer and a list of arrivals and departures. */
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { balancers, Outcome, suggestion, type Adopted, type BalancerDefinition, type Definition, type Selection } from '../../sim/index.ts'
import { pathText, readSource, show, sorted, type Issue, type Problem, type Source } from '../file/document.ts'
import { familyOf } from '../file/families.ts'
import { parseShape } from '../file/parse-shape.ts'
import { duration, isMap, list, name, oneOf, section, whole } from '../file/quantities.ts'
import type { LoadedFiles } from '../file/loaded-files.ts'
import { selectionSchema } from '../file/selection.ts'
import { loadAll } from '../file/spec.ts'
import { imported } from '../own/import.ts'

const OUTCOMES = {
  answered: Outcome.Answered,
  refused: Outcome.Refused,
  'timed-out': Outcome.TimedOut,
  rejected: Outcome.Rejected,
  lost: Outcome.Lost,
  cancelled: Outcome.Cancelled,
} as const

/** What happens to the balancer; times are absolute [µs]. */
export type ScriptEvent =
  | { readonly kind: 'request'; readonly at: number; readonly request: string; readonly client: number; readonly retryOf: string | null }
  | { readonly kind: 'quick'; readonly at: number; readonly count: number; readonly client: number }
  | { readonly kind: 'end'; readonly at: number; readonly request: string; readonly outcome: Outcome }
  | { readonly kind: 'down' | 'up'; readonly at: number; readonly server: number }

/** A file without problems. */
export interface BalanceScript {
  readonly file: string
  readonly selection: Selection
  readonly definition: BalancerDefinition
  readonly seed: string
  readonly servers: readonly { readonly name: string; readonly weight: number; readonly up: boolean }[]
  readonly events: readonly ScriptEvent[]
}

const MAX_SERVERS = 10_000
const MAX_QUICK = 100_000

const server = section('a server', {
  name: name(),
  weight: whole({ min: 1, max: 1_000_000 }).prefault(1),
  state: oneOf(['up', 'down']).prefault('up'),
})

const at = duration().optional()
const client = whole().optional()

/** By the key that says what happens. */
const EVENTS = {
  request: section('an arrival', { request: name(), at, client, retryOf: name().optional() }),
  end: section('an end', { end: name(), at, outcome: oneOf(Object.keys(OUTCOMES) as (keyof typeof OUTCOMES)[]).prefault('answered') }),
  quick: section('requests that end at once', { quick: whole({ min: 1, max: MAX_QUICK }), at, client }),
  down: section('a server that goes down', { down: name(), at }),
  up: section('a server that comes up', { up: name(), at }),
} as const

type Kind = keyof typeof EVENTS
const KINDS = Object.keys(EVENTS) as Kind[]

/** Reads the file; every problem at once. */
export async function readBalanceScript(
  file: string,
): Promise<{ readonly script: BalanceScript } | { readonly problems: readonly Problem[] }> {
  const read = readSource(file)
  if ('problems' in read) return read
  const { source } = read
  const loaded = await loadAll([source.data], dirname(resolve(file)))
  const reader = new Reader(source, loaded)
  const script = reader.script()
  return script === null
    ? { problems: sorted(reader.problems()) }
    : { script: { ...script, definition: await definitionOf(script.selection) } }
}

/** The balancer: a member of the list, or the user's file, imported as for a run. */
async function definitionOf({ name, file, digest }: Selection): Promise<BalancerDefinition> {
  if (file === undefined) return balancers.find(name)!
  return (await imported(
    { name, file, digest },
    (exported) => familyOf('slb').adopt(exported) as Adopted<Definition<unknown, unknown>>,
  )) as BalancerDefinition
}

class Reader {
  private readonly source: Source
  private readonly loaded: LoadedFiles
  private readonly issues: Issue[] = []

  constructor(source: Source, loaded: LoadedFiles) {
    this.source = source
    this.loaded = loaded
  }

  problems(): Problem[] {
    const { source } = this
    return this.issues.map(({ path, onKey, message }) => ({
      place: onKey === true ? source.keyPlace(path) : source.place(path),
      path: pathText(source.data, path),
      message,
    }))
  }

  script(): Omit<BalanceScript, 'definition'> | null {
    const { data, file } = this.source
    const shape = {
      slb: selectionSchema('slb', this.loaded, {}),
      seed: z.union([z.string(), z.number()]).prefault(1),
      servers: list('servers, such as { name: a, weight: 2 }', server),
      events: list(`events, each a map with one of ${KINDS.join(', ')}`, z.unknown()),
    }
    for (const key of Object.keys(data)) {
      if (!(key in shape))
        this.wrong(
          [key],
          `found the unknown key ${show(key)}; accepted: ${Object.keys(shape).join(', ')}${suggestion(key, Object.keys(shape))}`,
          true,
        )
    }
    const parsed = parseShape(shape, data)
    this.issues.push(...parsed.issues)
    const { slb, seed, servers = [], events = [] } = parsed.data
    const names = servers.map((one) => one.name)
    if (servers.length > MAX_SERVERS) this.wrong(['servers'], `found ${servers.length} servers; accepted: at most ${MAX_SERVERS}`)
    names.forEach((one, i) => {
      if (names.indexOf(one) < i) this.wrong(['servers', i, 'name'], `found the name ${show(one)} twice; accepted: names that differ`)
    })
    const script = new Events(names, (path, message) => this.wrong(path, message)).read(events)
    if (this.issues.length > 0) return null
    return {
      file,
      selection: slb!,
      seed: String(seed),
      servers: servers.map(({ state, ...rest }) => ({ ...rest, up: state === 'up' })),
      events: script,
    }
  }

  private wrong(path: Issue['path'], message: string, onKey = false): void {
    this.issues.push({ path, message, onKey })
  }
}

/** The list of events, with what one must know of those before it: times, and which requests there are. */
class Events {
  private readonly servers: readonly string[]
  private readonly wrong: (path: Issue['path'], message: string) => void
  private readonly open = new Map<string, boolean>()
  private time = 0

  constructor(servers: readonly string[], wrong: (path: Issue['path'], message: string) => void) {
    this.servers = servers
    this.wrong = wrong
  }

  read(events: readonly unknown[]): ScriptEvent[] {
    return events.flatMap((event, i) => {
      const read = this.readOne(event, i)
      return read === null ? [] : [read]
    })
  }

  private readOne(event: unknown, i: number): ScriptEvent | null {
    const kinds = isMap(event) ? KINDS.filter((kind) => kind in event) : []
    if (kinds.length !== 1) {
      this.wrong(['events', i], `found ${show(event)}; accepted: a map with one of ${KINDS.join(', ')}`)
      return null
    }
    const { data, issues } = parseShape({ event: EVENTS[kinds[0]] as z.ZodType }, { event: event })
    for (const { path, message } of issues) this.wrong(['events', i, ...path.slice(1)], message)
    return issues.length > 0 ? null : this.checked(data.event as Readonly<Record<string, never>>, kinds[0], i)
  }

  private checked(event: Readonly<Record<string, never>>, kind: Kind, i: number): ScriptEvent | null {
    const given = (event['at'] as number | undefined) ?? this.time
    if (given < this.time) this.wrong(['events', i, 'at'], `found a time before the event above; accepted: times that do not go back`)
    this.time = Math.max(this.time, given)
    const time = this.time
    const asked = (event['client'] as number | undefined) ?? -1
    switch (kind) {
      case 'request':
        return this.request(event, i, { at: time, client: asked })
      case 'quick':
        return { kind, at: time, count: event['quick'], client: asked }
      case 'end': {
        const request: string = event['end']
        if (this.open.get(request) !== true)
          this.wrong(
            ['events', i, 'end'],
            `found ${show(request)}; accepted: a request above that has not ended${suggestion(request, this.open.keys())}`,
          )
        this.open.set(request, false)
        return { kind, at: time, request, outcome: OUTCOMES[event['outcome'] as keyof typeof OUTCOMES] }
      }
      case 'down':
      case 'up': {
        const found: string = event[kind]
        const server = this.servers.indexOf(found)
        if (server < 0)
          this.wrong(['events', i, kind], `found ${show(found)}; accepted: the name of a server${suggestion(found, this.servers)}`)
        return { kind, at: time, server }
      }
    }
  }

  private request(event: Readonly<Record<string, never>>, i: number, rest: { readonly at: number; readonly client: number }): ScriptEvent {
    const request: string = event['request']
    const retryOf = (event['retryOf'] as string | undefined) ?? null
    if (this.open.has(request))
      this.wrong(['events', i, 'request'], `found the request ${show(request)} twice; accepted: names that differ`)
    if (retryOf !== null && this.open.get(retryOf) !== false)
      this.wrong(
        ['events', i, 'retryOf'],
        `found ${show(retryOf)}; accepted: a request above that has ended${suggestion(retryOf, this.open.keys())}`,
      )
    this.open.set(request, true)
    return { kind: 'request', request, retryOf, ...rest }
  }
}
