// Loads packages first, then the TypeScript loader, then the benches. The loader runs in a thread of its own and transfers the sources of
// packages to this one; once a buffer has been transferred, V8 checks each access to any typed array for a detached buffer, which costs
// the event queue 15 % (measured). Compiled files and the project's own sources are not affected.
import 'benny'
import 'seedrandom'
import { register } from 'tsx/esm/api'

register()
await import('./index.ts')
