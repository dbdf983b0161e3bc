/** How large: requests of a service's pods. */
import type { Definition, Parameters } from '../../common/define.ts'

export interface SizesContext {
  now(): number
}

/** Usage of one service over the last window, per pod: cores used by the measured pods, and the present request. */
export interface UsageView {
  readonly now: number
  readonly request: number // millicores
  readonly limit: number // millicores, 0 none
  readonly measured: number
  readonly meanUsed: number // millicores per pod
  readonly peakUsed: number // millicores, largest pod
}

export interface Sizes {
  readonly cpu: number // millicores
}

export interface SizeAutoscaler {
  readonly every: number
  /** The wanted request for pods created from now on. */
  recommend(target: UsageView): Sizes
}

export type SizeAutoscalerDefinition<P extends Parameters = Parameters> = Definition<SizeAutoscaler | null, SizesContext, P>
