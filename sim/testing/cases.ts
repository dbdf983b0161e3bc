/**
 * How many cases a property is tested with whose cases are slow: all of them in `npm run test:long`, one of `part` in `npm test`.
 */
export const slowCases = (all: number, part = 10): number => (process.env['ORCHSIM_TESTS'] === 'long' ? all : Math.ceil(all / part))
