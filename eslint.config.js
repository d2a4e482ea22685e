import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Targets and scenarios get time, randomness and addresses through their context, and nowhere else. */
const outsideTheContext = [
  { object: 'Date', property: 'now', message: 'Use context.now().' },
  { object: 'performance', property: 'now', message: 'Use context.now().' },
  {
    object: 'Math',
    property: 'random',
    message: 'Use context.random() or the random() that attempts() is given.',
  },
  { object: 'process', property: 'env', message: 'Everything from outside comes through the context.' },
];
const timers = ['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
  name,
  message: 'Use context.sleep().',
}));

export default tseslint.config(
  { ignores: ['build/', 'dist/', 'node_modules/', 'reports/', 'coverage/', 'examples/'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['*.js'] } } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      eqeqeq: 'error',
    },
  },
  {
    files: ['targets/**/*.ts', 'scenarios/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-properties': ['error', ...outsideTheContext],
      'no-restricted-globals': ['error', ...timers],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Use context.now().' },
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    rules: { 'no-undef': 'off' },
    extends: [tseslint.configs.disableTypeChecked],
  },
);
