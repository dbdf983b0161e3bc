/**
 * A run is a list of parts (simulation.ts). A part registers its own event handlers in its constructor, where it is given the parts before
 * it, and answers any of the calls below; they are made for all parts in order of the list unless it says otherwise. To add a part, write its file and add it to the
 * list.
 */
import type { Time } from './common/ids.ts'

/** What a part may answer. */
export interface Part {
  /** The start of the ageing, time 0. */
  starts?(): void
  /** The origin of the measured run: pods of services are created and placed without delay. */
  settles?(): void
  /** After that: loops and traffic start, from the last part to the first, so that traffic meets controllers in operation. */
  opens?(): void
  /** The end of warm-up: measures start again. */
  windowBegins?(now: Time): void
  /** The horizon: what is unfinished is counted, and exact laws are asserted. */
  ends?(now: Time): void
  /** Laws that hold at any time, for `--check`; throws with the numbers when one is broken. */
  check?(): void
  /** What a reader of the results must know, at the end of the run. */
  notes?(): readonly string[]
}

const CALLS = Object.keys({
  starts: true,
  settles: true,
  opens: true,
  windowBegins: true,
  ends: true,
  check: true,
  notes: true,
} satisfies Record<keyof Part, true>)

/** A field with the name of a call but another meaning, such as a list called `notes`, would fail in the middle of a run, or be left out of the calls. */
function refuseOtherMeaning(name: string, made: Readonly<Record<string, unknown>>): void {
  for (const call of CALLS) {
    if (made[call] === undefined || typeof made[call] === 'function') continue
    throw new Error(
      `the part ${name} has a field ${call}, which is a call of every part (part.ts); accepted: a method, or another name for the field`,
    )
  }
}

/** The parts of a run, made one after another; each is made from those before it. */
export class Assembly<Run extends object> {
  /** The parts by name. */
  readonly run: Run
  private readonly parts: Part[]

  private constructor(run: Run, parts: Part[]) {
    this.run = run
    this.parts = parts
  }

  /** Begins with plain values that are no parts. */
  static from<Values extends object>(values: Values): Assembly<Values> {
    return new Assembly(values, [])
  }

  /** Makes the next part; it is known to later ones by this name. */
  part<Name extends string, Made>(name: Name, make: (run: Run) => Made): Assembly<Run & { readonly [N in Name]: Made }> {
    if (name in this.run) throw new Error(`two parts of a run are called ${name}; accepted: each name once`)
    const made = make(this.run)
    if (typeof made === 'object' && made !== null) {
      refuseOtherMeaning(name, made as Readonly<Record<string, unknown>>)
      this.parts.push(made as Part)
    }
    return new Assembly({ ...this.run, [name]: made } as Run & { readonly [N in Name]: Made }, this.parts)
  }

  starts(): void {
    for (const part of this.parts) part.starts?.()
  }

  opens(): void {
    for (const part of this.parts) part.settles?.()
    for (const part of [...this.parts].reverse()) part.opens?.()
  }

  windowBegins(now: Time): void {
    for (const part of this.parts) part.windowBegins?.(now)
  }

  ends(now: Time): void {
    for (const part of this.parts) part.ends?.(now)
  }

  check(): void {
    for (const part of this.parts) part.check?.()
  }

  notes(): string[] {
    return this.parts.flatMap((part) => part.notes?.() ?? [])
  }
}
