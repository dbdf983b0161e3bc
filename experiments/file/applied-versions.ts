/** Versions that `apply` actions describe: a template to start from, and what they change of it. They follow those that the file names. */
import type { ServiceData } from './schema.ts'
import { imageName } from './resolve-images.ts'
import type { TemplateData } from './schema/actions.ts'
import type { VersionData } from './schema/controllers.ts'

/** What a version is that says nothing. */
const UNCHANGED = { ready: true, pullFails: false, slowness: 1, errors: 0 } as const

export class AppliedVersions {
  private readonly added = new Map<string, VersionData[]>()

  /** The row of the version that the template describes; 0 is that of the start. An equal one is not added again. */
  add(service: ServiceData, base: number, template: TemplateData): number {
    const { name, versions } = service
    const { version: _, ...changes } = template
    if (Object.keys(changes).length === 0) return base
    const added = this.added.get(name) ?? []
    this.added.set(name, added)
    const { name: __, ...start } = base > 0 ? versions[base - 1] : { name, ...UNCHANGED }
    const own = keepsImage(start, service, base, changes)
    const applied = { ...start, ...changes, ...own } as Omit<VersionData, 'name'>
    const known = added.findIndex(({ name: ___, ...other }) => sameText(other) === sameText(applied))
    if (known >= 0) return 1 + versions.length + known
    return versions.length + added.push({ ...applied, name: `applied-${added.length + 1}` })
  }

  /** Further versions of a service: those of the file, then the applied ones. */
  versionsOf({ name, versions }: ServiceData): VersionData[] {
    return [...versions, ...(this.added.get(name) ?? [])]
  }
}

/** Whoever applies a template without another image keeps the one that it has. */
function keepsImage(start: object, service: ServiceData, base: number, changes: object): Partial<VersionData> {
  const { image = service.image } = start as Partial<VersionData>
  if (image === undefined || 'image' in changes) return {}
  return { image: { ...image, name: imageName(image, service.name, base > 0 ? service.versions[base - 1].name : service.version) } }
}

const sameText = (value: object): string => JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
