/** How are the browser's scripts written? Names that do not exist are found by the type check (tsconfig.json). */

import js from "@eslint/js";

export default [
  { ignores: ["node_modules/", "build/", "dist/", ".venv/"] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-undef": "off",
      "no-empty": ["error", { allowEmptyCatch: true }],
      "array-callback-return": "error",
      "arrow-body-style": "error",
      "consistent-return": "error",
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "max-lines": ["error", 500],
      "no-else-return": "error",
      "no-shadow": ["error", { hoist: "functions" }],
      "no-use-before-define": ["error", { functions: false, variables: false }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-arrow-callback": "error",
      "prefer-const": "error",
      "prefer-template": "off",
    },
  },
];
