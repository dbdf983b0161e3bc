/**
 * Globals that would make a run depend on the machine, or outlive it: random draws, clocks, timers and the end of the process. They work as
 * before for everybody else; a user's algorithm that calls one is stopped with its name. Installed once per thread, before any file of the
 * user is loaded, so that a file cannot keep the original.
 */
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { performance as nodePerformance } from 'node:perf_hooks'
import timers from 'node:timers'
import timersPromises from 'node:timers/promises'
import { refuse, running } from './code.ts'

const RANDOM = 'the random stream that it is given, so that the same seed gives the same run'
const CLOCK = 'the time of the simulation, `now()` of the context it is given: a run does not know the time of the machine'
const LATER = 'decisions within the call, and `wakeAt` of the context it is given: a run ends before a timer of the machine fires'
const EXIT = 'an Error that is thrown: it fails this run, and the others go on'

let installed = false

/** Intercepts the globals of this thread. */
export function interceptGlobals(): void {
  if (installed) return
  installed = true
  replace(Math, 'random', 'Math.random', RANDOM)
  for (const name of ['randomBytes', 'randomInt', 'randomUUID', 'randomFill', 'randomFillSync'])
    replace(crypto, name, `crypto.${name}`, RANDOM)
  const web = Object.getPrototypeOf(globalThis.crypto) as object
  for (const name of ['getRandomValues', 'randomUUID']) replace(web, name, `crypto.${name}`, RANDOM)
  replace(Date, 'now', 'Date.now', CLOCK)
  replace(nodePerformance, 'now', 'performance.now', CLOCK)
  replace(process, 'uptime', 'process.uptime', CLOCK)
  replace(process.hrtime, 'bigint', 'process.hrtime.bigint', CLOCK)
  const { bigint } = process.hrtime
  replace(process, 'hrtime', 'process.hrtime', CLOCK)
  process.hrtime.bigint = bigint
  interceptDate()
  for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
    replace(globalThis, name, name, LATER)
    replace(timers, name, name, LATER)
    replace(timersPromises, name, name, LATER)
  }
  for (const name of ['exit', 'reallyExit', 'abort', 'kill']) replace(process, name, `process.${name}`, EXIT)
  syncBuiltinESMExports()
}

/** Replaces a function by one that refuses users' code; a missing one stays missing. */
function replace(holder: object, name: string, shown: string, accepted: string): void {
  const original = (holder as Record<string, unknown>)[name]
  if (typeof original !== 'function') return
  const intercepted = function (this: unknown, ...args: unknown[]): unknown {
    const code = running()
    if (code !== null) refuse(code, `calls ${shown}`, accepted)
    return Reflect.apply(original, this, args)
  }
  // util.promisify reads symbols of the timers.
  for (const symbol of Object.getOwnPropertySymbols(original))
    Object.defineProperty(intercepted, symbol, Object.getOwnPropertyDescriptor(original, symbol)!)
  Object.defineProperty(holder, name, { value: intercepted, writable: true, configurable: true, enumerable: true })
}

/** `new Date()` and `Date()` read the clock; `new Date(0)` does not. */
function interceptDate(): void {
  const Original = Date
  const check = (args: readonly unknown[]): void => {
    const code = args.length === 0 ? running() : null
    if (code !== null) refuse(code, 'calls new Date()', CLOCK)
  }
  const intercepted = new Proxy(Original, {
    construct(target, args, newTarget) {
      check(args)
      return Reflect.construct(target, args, newTarget) as object
    },
    apply(target, self, args) {
      check([])
      return Reflect.apply(target, self, args) as unknown
    },
  })
  Original.prototype.constructor = intercepted
  globalThis.Date = intercepted
}
