/** Packers and their twins by name, with defaults for values that are not given. */
import fc from 'fast-check'
import { valuesOf, type ParameterValue } from '../common/define.ts'
import { members, packers } from './index.ts'
import type { Packer } from './policy.ts'

type Given = Readonly<Record<string, ParameterValue>>

/** The member of this name; throws on a value that it has no parameter for. */
export function createPacker(name: string, given: Given = {}): Packer {
  const definition = packers.find(name)!
  for (const key of Object.keys(given)) if (!(key in definition.parameters)) throw new Error(`${name} has no parameter ${key}`)
  return definition.create(valuesOf(definition.parameters, given), { now: () => 0 })!
}

/** The reference implementation of the member of this name. */
export function createTwin(name: string, given: Given = {}): Packer {
  const { parameters, twin } = members.find((member) => member.name === name)!
  return twin!(valuesOf(parameters, given) as never)
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
