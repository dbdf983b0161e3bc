/** What reading manifests found besides the objects: problems, and kinds and fields that were not understood. */

/** A position in a file, counted from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** What a problem is about: an error is refused by the real system, or cannot be read; a warning runs, but hardly as meant. */
export type Severity = 'error' | 'warning'

/** One problem of a manifest. */
export interface ManifestProblem {
  readonly severity: Severity
  readonly place: Place
  /** `Deployment shop/web`; empty for a file as a whole. */
  readonly object: string
  /** `spec.replicas`; empty for the object as a whole. */
  readonly path: string
  /** "found …; accepted: …" */
  readonly message: string
}

/** A kind or a field that was not understood, wherever it occurred. */
export interface Ignored {
  /** Kind of the object, such as Deployment. */
  readonly kind: string
  /** Field below the object, without the indices of lists; empty: the whole object. */
  readonly path: string
  /** Whether a run would differ if it were understood. */
  readonly matters: boolean
  /** What it would change, or why it changes nothing. */
  readonly why: string
  /** The first place, and the number of places. */
  readonly place: Place
  readonly count: number
}

/** Where something was found. */
export interface Found {
  readonly place: Place
  readonly object: string
  readonly path: string
}

/** Collects problems and ignored parts. Equal ignored parts are one entry with a count, so that memory does not grow with the objects. */
export class Findings {
  readonly problems: ManifestProblem[] = []
  private readonly byPart = new Map<string, Ignored>()

  error({ place, object, path }: Found, message: string): void {
    this.problems.push({ severity: 'error', place, object, path, message })
  }

  warn({ place, object, path }: Found, message: string): void {
    this.problems.push({ severity: 'warning', place, object, path, message })
  }

  ignore(kind: string, path: string, place: Place, { matters, why }: Pick<Ignored, 'matters' | 'why'>): void {
    const key = `${kind} ${path} ${why}`
    const before = this.byPart.get(key)
    this.byPart.set(key, { ...(before ?? { kind, path, matters, why, place }), count: (before?.count ?? 0) + 1 })
  }

  /** Those that matter first, each in the order of their first places. */
  get ignored(): Ignored[] {
    const all = [...this.byPart.values()]
    return [...all.filter(({ matters }) => matters), ...all.filter(({ matters }) => !matters)]
  }
}
