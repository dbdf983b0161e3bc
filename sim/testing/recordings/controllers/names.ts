/** Names and units in the recordings of controllers. */

/** A second in microseconds. */
export const SECOND = 1_000_000

/** Templates are named by capital letters in the order of their first use. */
export const letter = (template: number): string => String.fromCharCode(65 + template)

/** The number of a template's letter. */
export const numberOf = (template: string): number => template.charCodeAt(0) - 65
