// Packages first, then the type stripper, then the benches. The stripper's loader runs in a thread of its own and transfers the
// sources of packages to this one; once a buffer has been transferred, V8 checks each access to any typed array for a detached
// buffer, which costs the event queue 15 % (measured). Compiled files are not affected, nor are sources of ours.
import 'benny'
import 'seedrandom'
import { register } from 'tsx/esm/api'

register()
await import('./index.ts')
