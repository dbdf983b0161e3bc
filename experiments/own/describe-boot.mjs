/** Entry point of the thread that loads a user's file for its descriptors. */
import { parentPort, workerData } from 'node:worker_threads'
import { codeOf } from '../run/source.mjs'
import './register-hooks.mjs'

const { describeFile } = await codeOf('describe', import.meta.url)
parentPort.postMessage(await describeFile(workerData))
