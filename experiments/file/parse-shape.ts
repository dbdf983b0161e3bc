/** From plain data to what a shape of zod schemas makes of it, with the issues of each key. */
import type { z } from 'zod'
import { suggestion } from '../../sim/index.ts'
import { isVariable, NOT_REPLACED, pathText, show, valueAt, type Issue, type Path, type Problem, type Source } from './document.ts'
import { keyPeer } from './peers.ts'
import { keysNamed } from './quantities.ts'

/** Parses the keys of a map one by one, so that a wrong one does not hide the problems of the others. Keys that the shape does not have are not looked at. */
export function parseShape<S extends Record<string, z.ZodType>>(
  shape: S,
  raw: Record<string, unknown>,
): { data: Partial<{ [K in keyof S]: z.infer<S[K]> }>; issues: Issue[] } {
  const data: Record<string, unknown> = {}
  const issues: Issue[] = []
  for (const [key, schema] of Object.entries(shape)) {
    const parsed = schema.safeParse(raw[key])
    if (parsed.success) data[key] = parsed.data
    else issues.push(...parsed.error.issues.flatMap((issue) => issuesFrom(issue, key, raw)))
  }
  return { data: data as Partial<{ [K in keyof S]: z.infer<S[K]> }>, issues }
}

/** The issues of one that zod found under a key. */
export function issuesFrom(issue: z.core.$ZodIssue, section: string, raw: unknown): Issue[] {
  const path = [section, ...issue.path] as (string | number)[]
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey([...path, key], keysNamed(issue.message), issue.message))
  const message = issue.message.startsWith('found ') ? issue.message : `found ${show(valueAt(raw, path))}; accepted: ${issue.message}`
  return [{ path, message: isVariable(valueAt(raw, path)) ? `found ${show(valueAt(raw, path))}${NOT_REPLACED}` : message }]
}

/** The issue of a key that nothing reads. */
export function unknownKey(path: Path, known: readonly string[], accepted = known.join(', ')): Issue {
  const key = String(path[path.length - 1])
  return {
    path,
    onKey: true,
    message: `found the unknown key ${show(key)}; accepted: ${accepted}${keyPeer(key, known) || suggestion(key, known)}`,
  }
}

/** A whole file of this shape: its data, or all of its problems with their places. */
export function parseSourceAs<S extends Record<string, z.ZodType>>(
  shape: S,
  { data: raw, place, keyPlace }: Source,
): { readonly data: { [K in keyof S]: z.infer<S[K]> } } | { readonly problems: readonly Problem[] } {
  const { data, issues } = parseShape(shape, raw)
  const known = Object.keys(shape)
  for (const key of Object.keys(raw)) if (!known.includes(key)) issues.push(unknownKey([key], known))
  if (issues.length === 0) return { data: data as { [K in keyof S]: z.infer<S[K]> } }
  return {
    problems: issues.map(({ path, onKey, message }) => ({
      place: onKey === true ? keyPlace(path) : place(path),
      path: pathText(raw, path),
      message,
    })),
  }
}
