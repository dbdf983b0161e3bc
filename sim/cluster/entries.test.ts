import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  classOfHolding,
  epochOfEndpoint,
  maskOfHolding,
  MAX_CLASSES,
  MAX_SERVICES,
  packEndpoint,
  packHolding,
  serviceOfEndpoint,
  serviceOfHolding,
} from './entries.ts'

const row = fc.nat(2 ** 31 - 1)

test('a holding is a pod class, up to eight devices and a service', () => {
  expect(packHolding(3, 0b101)).toBe(3 * 256 + 5)
  fc.assert(
    fc.property(fc.nat(MAX_CLASSES - 1), fc.nat(255), fc.integer({ min: -1, max: MAX_SERVICES - 1 }), (podClass, mask, service) => {
      const value = packHolding(podClass, mask, service)
      return classOfHolding(value) === podClass && maskOfHolding(value) === mask && serviceOfHolding(value) === service
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
