/** Charts that are drawn only when a test asks for them: they are most of the time of a small run. Used with `vi.mock`. */
import type * as render from '../../reports/charts/render.ts'

type Render = typeof render

/** Whether charts are drawn; otherwise they are empty. */
export const charts = { drawn: true }

/** The module with functions that read `charts`. */
export function onDemand(real: Render): Render {
  return {
    ...real,
    renderSvg: (spec) =>
      charts.drawn ? real.renderSvg(spec) : Promise.resolve({ svg: '<svg xmlns="http://www.w3.org/2000/svg"/>', warnings: [], errors: [] }),
    renderPng: (svg) => (charts.drawn ? real.renderPng(svg) : Promise.resolve(new Uint8Array())),
  }
}
