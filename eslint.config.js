/** Rules that find faults, with types where they help; style is left to the reader. What the laws of the engine forbid is forbidden here. */
import jsdoc from 'eslint-plugin-jsdoc'
import tseslint from 'typescript-eslint'

const CLOCK = 'Runs are functions of their input: time comes from the simulator, random draws from a named stream.'
const POWER = 'Math.pow and ** differ between versions of Node in the last bit: use pow of sim/random/math.ts.'

const clockAndLuck = [
  { object: 'Math', property: 'random', message: CLOCK },
  { object: 'Date', property: 'now', message: CLOCK },
  { object: 'performance', property: 'now', message: CLOCK },
]
const power = { object: 'Math', property: 'pow', message: POWER }
// BigInt powers and 2 ** 30, written out, are exact everywhere.
const powerSyntax = [
  {
    selector:
      "BinaryExpression[operator='**']:not([left.value=2][right.type='Literal']):not(:has(> Literal[bigint])):not(:has(> CallExpression[callee.name='BigInt']))",
    message: POWER,
  },
  { selector: "AssignmentExpression[operator='**=']", message: POWER },
]

export default tseslint.config(
  { ignores: ['dist/', 'results/', 'node_modules/', '.nodes/', 'coverage/', 'reports/page/script.min.mjs'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unsafe-argument': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/no-unsafe-member-access': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
      '@typescript-eslint/restrict-plus-operands': 'error',
      '@typescript-eslint/no-array-delete': 'error',
      '@typescript-eslint/no-for-in-array': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/require-array-sort-compare': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-console': 'error',
      'no-fallthrough': 'error',
      'no-unsafe-finally': 'error',
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',
      'no-unmodified-loop-condition': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
    },
  },
  {
    // Sizes that a reader can hold in mind, and a doc comment on everything that another file may use.
    files: ['{sim,workloads,experiments,reports,bench}/**/*.ts'],
    ignores: ['**/*.test.ts', '**/*.fixture.ts'],
    plugins: { jsdoc },
    rules: {
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 70 }],
      'max-params': ['error', { max: 6 }],
      'jsdoc/require-jsdoc': [
        'error',
        { publicOnly: true, enableFixer: false, require: { FunctionDeclaration: true }, contexts: ['TSInterfaceDeclaration'] },
      ],
    },
  },
  {
    files: ['sim/**/*.ts', 'workloads/**/*.ts'],
    rules: { 'no-restricted-properties': ['error', ...clockAndLuck, power], 'no-restricted-syntax': ['error', ...powerSyntax] },
  },
  {
    files: ['reports/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', clockAndLuck[0], clockAndLuck[1], power],
      'no-restricted-syntax': ['error', ...powerSyntax],
    },
  },
  {
    // Tests compare with the platform's own functions, and measure.
    files: ['**/*.test.ts', '**/*.fixture.ts', 'sim/testing/*.ts'],
    rules: {
      'no-restricted-properties': ['error', clockAndLuck[0]],
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off', // expect.any and the like
    },
  },
  { files: ['bench/**/*.ts'], rules: { 'no-console': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], rules: { eqeqeq: 'error', 'no-var': 'error', 'prefer-const': 'error', 'no-undef': 'off' } },
)
