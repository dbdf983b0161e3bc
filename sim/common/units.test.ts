import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnitError, readCpu, readDuration, readMemory, readPrice, readRate, readShare, showCpu, showDuration, showMemory } from './units.ts'

const whole = fc.maxSafeNat()

describe('durations as Go and Prometheus write them', () => {
  it.each([
    ['15s', 15_000_000],
    ['1h30m', 5_400_000_000], // (60 + 30) * 60 s
    ['250ms', 250_000],
    ['4us', 4],
    ['4µs', 4],
    ['4μs', 4],
    ['4000ns', 4],
    ['1.5h', 5_400_000_000],
    ['.5s', 500_000],
    ['0', 0],
    ['0s', 0],
    ['2d', 172_800_000_000],
    ['1w', 604_800_000_000],
    ['1y', 31_536_000_000_000], // 365 d, as in Prometheus
    ['1m1ms', 60_001_000], // m is not ms
    ['0.1s', 100_000], // 0.1 * 1e6 in floating point would be 100000.00000000001
    ['500ns500ns', 1], // the sum counts
  ])('%s is %d µs', (text, time) => expect(readDuration(text)).toBe(time))

  it.each([
    '',
    '15',
    '15 s',
    '1.5',
    's',
    '-3s',
    '1e3s',
    '15sec',
    '1h30',
    'NaN',
    '1500ns',
    '0.0000001s',
    '300000y',
    null,
    undefined,
    15,
    {},
  ])('refuses %j', (value) => expect(() => readDuration(value)).toThrow(UnitError))

  it('says what was found and what is accepted', () => {
    expect(() => readDuration('15 s')).toThrow(/^found "15 s"; accepted: a duration in whole microseconds such as 250ms/)
    expect(() => readDuration('1500ns')).toThrow('found "1500ns", which is not a whole number of microseconds; accepted')
    expect(() => readDuration(15)).toThrow('found 15, which has no unit')
  })

  it('reads what it shows', () => {
    fc.assert(fc.property(whole, (time) => readDuration(showDuration(time)) === time))
    expect(showDuration(5_400_000_000)).toBe('1h30m')
    expect(showDuration(90_061_000_004)).toBe('25h1m1s4us')
    expect(showDuration(0)).toBe('0s')
  })
})

describe('CPU as Kubernetes writes it', () => {
  it.each([
    ['250m', 250],
    ['0.5', 500],
    [2, 2000],
    [0.1, 100],
    ['2', 2000],
    ['1e3', 1_000_000],
    ['2k', 2_000_000],
    ['100000u', 100],
    ['0', 0],
  ])('%s is %d millicores', (value, millicores) => expect(readCpu(value)).toBe(millicores))

  it.each(['0.0005', '1u', '-1', -1, NaN, Infinity, '', 'two', '1 ', '250M m', '1e99999', '1e400', '1e-400'])('refuses %j', (value) =>
    expect(() => readCpu(value)).toThrow(UnitError),
  )

  it('reads what it shows', () => {
    fc.assert(fc.property(whole, (millicores) => readCpu(showCpu(millicores)) === millicores))
    expect([showCpu(250), showCpu(2000), showCpu(0)]).toEqual(['250m', '2', '0'])
  })
})

describe('memory as Kubernetes writes it', () => {
  it.each([
    ['2Gi', 2_147_483_648], // 2 * 1024^3
    ['512Mi', 536_870_912],
    ['1.5Gi', 1_610_612_736],
    ['1G', 1_000_000_000],
    ['1e9', 1_000_000_000],
    ['1E9', 1_000_000_000], // an exponent; a bare E is exa
    ['0.001E', 1_000_000_000_000_000],
    [1048576, 1_048_576],
    ['7Pi', 7_881_299_347_898_368],
    ['128974848', 128_974_848], // the four spellings of the Kubernetes documentation are about equal
    ['129e6', 129_000_000],
    ['123Mi', 128_974_848],
    ['128974848000m', 128_974_848],
  ])('%s is %d bytes', (value, bytes) => expect(readMemory(value)).toBe(bytes))

  it.each(['100m', '0.1', '8Pi', '1E', '2GB', '2K', '2gi', '-1Gi', '', 'Gi', '1'.repeat(100)])('refuses %j', (value) =>
    expect(() => readMemory(value)).toThrow(UnitError),
  )

  it('guesses the usual slips', () => {
    expect(() => readMemory('2K')).toThrow('did you mean Ki (1024) or k (1000)?')
    expect(() => readMemory('2GB')).toThrow('did you mean G, without the B?')
    expect(() => readMemory('2GiB')).toThrow('did you mean Gi, without the B?')
    expect(() => readMemory('2gi')).toThrow('suffixes are case-sensitive')
    expect(() => readMemory('100m')).toThrow('which is not a whole number of bytes')
    expect(() => readMemory('8Pi')).toThrow('which is 2^53 or more') // 8 * 2^50 = 2^53
  })

  it('reads what it shows', () => {
    fc.assert(fc.property(whole, (bytes) => readMemory(showMemory(bytes)) === bytes))
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4096 }),
        fc.constantFrom(2 ** 10, 2 ** 20, 2 ** 30, 1e3, 1e6, 1e9),
        (n, unit) => readMemory(showMemory(n * unit)) === n * unit,
      ),
    )
    expect([showMemory(1_610_612_736), showMemory(1e9), showMemory(1_000_001), showMemory(0)]).toEqual(['1536Mi', '1G', '1000001', '0'])
  })
})

describe('rates, prices and shares', () => {
  it.each([
    ['800/s', 800],
    ['60/m', 1],
    ['3600/h', 1],
    ['86400/d', 1],
    ['1.5k/s', 1500],
    ['2M/s', 2_000_000],
    ['0.5/s', 0.5],
    ['0/s', 0],
  ])('%s is %d per second', (text, rate) => expect(readRate(text)).toBe(rate))
  it.each(['800', 800, '-1/s', '1/w', '/s', '1 /s', '', null])('refuses the rate %j', (value) =>
    expect(() => readRate(value)).toThrow(UnitError),
  )

  it.each([
    ['0.77/h', 770_000],
    ['$0.77/h', 770_000],
    ['0/h', 0],
    ['12.5/h', 12_500_000],
  ])('%s is %d micro-dollars per hour', (text, price) => expect(readPrice(text)).toBe(price))
  it.each(['0.77', 0.77, '0.0000001/h', '-1/h', '1/m', ''])('refuses the price %j', (value) =>
    expect(() => readPrice(value)).toThrow(UnitError),
  )

  it.each([
    ['60%', 0.6],
    [0.6, 0.6],
    ['0.6', 0.6],
    ['150%', 1.5],
    ['0.5%', 0.005],
    [0, 0],
  ])('%s is the share %d', (value, share) => expect(readShare(value)).toBe(share))
  it.each(['60 %', '-1%', -0.1, NaN, Infinity, 'half', '', '1m', null])('refuses the share %j', (value) =>
    expect(() => readShare(value)).toThrow(UnitError),
  )
})
