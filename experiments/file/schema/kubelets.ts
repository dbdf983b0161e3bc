/** Keys of the file about kubelets, and the events that they and the controllers report. */
import { whole } from '../quantities.ts'
import { eviction } from './eviction.ts'
import { images } from './images.ts'

export const kubeletKeys = {
  images,
  eviction,
  events: whole({ min: 0, max: 1_000_000 })
    .prefault(0)
    .describe(
      'most lines of events.csv, what kubectl get events would list of the first replication of each variant; default 0: none is written',
    ),
}
