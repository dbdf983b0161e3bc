/** A packer by its name, with defaults for what is not given. */
import fc from 'fast-check'
import { valuesOf, type ParameterValue } from '../common/define.ts'
import { packers } from './index.ts'
import type { Packer } from './policy.ts'

export function made(name: string, given: Readonly<Record<string, ParameterValue>> = {}): Packer {
  const definition = packers.find(name)!
  for (const key of Object.keys(given)) if (!(key in definition.parameters)) throw new Error(`${name} has no parameter ${key}`)
  return definition.create(valuesOf(definition.parameters, given), { now: () => 0 })!
}

/** All members that pack. */
export const names: readonly string[] = packers.all.map(({ name }) => name).filter((name) => name !== 'none')

/** Values for every parameter of a member, drawn from what it accepts. */
export function valuesFor(name: string): fc.Arbitrary<Record<string, ParameterValue>> {
  const { parameters } = packers.find(name)!
  return fc.record(
    Object.fromEntries(
      Object.entries(parameters).map(([key, { kind, choices }]) => [key, kind === 'boolean' ? fc.boolean() : fc.constantFrom(...choices!)]),
    ),
  )
}
