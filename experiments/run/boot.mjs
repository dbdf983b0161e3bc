/** Entry point of a worker thread. */
import '../own/register-hooks.mjs'
import { codeOf } from './source.mjs'

const { default: work } = await codeOf('worker', import.meta.url)

export default work
