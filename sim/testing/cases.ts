/** How many cases a property is tested with whose cases are slow: all of them in `npm run test:long`, a tenth in `npm test`. */
export const slowCases = (all: number): number => (process.env['ORCHSIM_TESTS'] === 'long' ? all : Math.ceil(all / 10))
