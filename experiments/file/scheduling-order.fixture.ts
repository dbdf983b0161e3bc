/** The schema of a scheduler with its queue order, without users' files. */
import { selectionSchema } from './selection.ts'

export const schema = selectionSchema('scheduling', new Map(), { order: selectionSchema('scheduling.order', new Map(), {}) })
