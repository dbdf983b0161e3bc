/** The form of a built-in scheduler: a definition with a reference implementation beside the indexed one. */
import type { Definition, Parameters, Values } from '../common/define.ts'
import type { Placer, SchedulingContext } from './policy.ts'

/** A built-in member of the family; unlike a user's own scheduler it must have a twin. */
export interface MemberDefinition<P extends Parameters> extends Definition<Placer, SchedulingContext, P> {
  /** The reference implementation (twin): scans all nodes and makes the same decisions as the placer that `create` returns. */
  twin(values: Values<P>, context: SchedulingContext): Placer
  /** True when earlier calls change later decisions (a stream of draws, a pointer); otherwise the contract suite checks that they do not. */
  readonly remembers?: boolean
}

/** Returns the definition as it is; infers the types of its parameters. */
export function defineScheduler<const P extends Parameters>(definition: MemberDefinition<P>): MemberDefinition<P> {
  return definition
}
