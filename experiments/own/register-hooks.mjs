/** Registers the loader hook of users' files, once per thread; before tsx, whose hooks must come first in the chain. */
import { register } from 'node:module'

register(new URL('./hooks.mjs', import.meta.url))
