/** First fit in the order of arrival: each pod is placed on the first node with enough free capacity, otherwise it stays pending. */
import type { Packing, PackingProblem } from 'orchsim'

const inOrder = {
  name: 'in-order',
  pack({ items, podClass, classes, bins, free, binAdmits }: PackingProblem): Packing {
    const left = free.map((column) => Float64Array.from({ length: bins }, (_, bin) => column[bin]))
    const bin = new Int32Array(items).fill(-1)
    let leftOver = 0
    for (let item = 0; item < items; item++) {
      const wanted = podClass[item]
      const fits = (b: number): boolean =>
        binAdmits(wanted, b) && left.every((amounts, resource) => amounts[b] >= classes.request[resource][wanted])
      let chosen = 0
      while (chosen < bins && !fits(chosen)) chosen++
      if (chosen === bins) leftOver++
      else {
        bin[item] = chosen
        left.forEach((amounts, resource) => (amounts[chosen] -= classes.request[resource][wanted]))
      }
    }
    return { bin, opened: [], leftOver }
  },
}

export default inOrder
