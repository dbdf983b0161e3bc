/** The list of size autoscalers. A new member is one file in members/ and one line here. */
import { catalogue } from '../../common/define.ts'
import { none } from './members/none.ts'
import { vpa } from './members/vpa.ts'
import type { SizeAutoscaler, SizesContext } from './policy.ts'

export const sizeAutoscalers = catalogue<SizeAutoscaler | null, SizesContext>('autoscaling.sizes', [none, vpa])

export { adoptSizeAutoscaler } from './own.ts'
export type { OwnSizeAutoscaler } from './own.ts'
