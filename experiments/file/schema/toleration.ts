/** Tolerations in the experiment file. */
import { oneOf, section, words } from '../quantities.ts'

export const toleration = section('a toleration', {
  key: words().prefault('').describe('empty with operator Exists: every taint'),
  operator: oneOf(['Equal', 'Exists']).prefault('Equal'),
  value: words().prefault(''),
  effect: oneOf(['', 'NoSchedule', 'PreferNoSchedule', 'NoExecute']).prefault('').describe('empty: any effect'),
})
