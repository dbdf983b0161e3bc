import fc from 'fast-check'
import { expect, test } from 'vitest'
import { classOfHolding, epochOfEndpoint, maskOfHolding, MAX_SERVICES, packEndpoint, packHolding, serviceOfEndpoint } from './entries.ts'

const row = fc.nat(2 ** 31 - 1)

test('a holding is a pod class and up to eight devices', () => {
  expect(packHolding(3, 0b101)).toBe(3 * 256 + 5)
  fc.assert(
    fc.property(row, fc.nat(255), (podClass, mask) => {
      const value = packHolding(podClass, mask)
      return classOfHolding(value) === podClass && maskOfHolding(value) === mask
    }),
  )
})

test('an endpoint is a service and the epoch of a pod row', () => {
  expect(packEndpoint(5, 2)).toBe(5 + 2 * 65_536)
  fc.assert(
    fc.property(fc.nat(MAX_SERVICES - 1), row, (service, epoch) => {
      const value = packEndpoint(service, epoch)
      return serviceOfEndpoint(value) === service && epochOfEndpoint(value) === epoch
    }),
  )
})
