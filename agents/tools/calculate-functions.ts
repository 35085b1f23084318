/** What `calculate` offers. Left out: whatever takes time that grows with its arguments (`combinations` of large numbers takes seconds). */
export const FUNCTION_NAMES = [
  ...['abs', 'sign', 'floor', 'ceil', 'round', 'min', 'max', 'sum', 'mean', 'median'],
  ...['sqrt', 'cbrt', 'nthRoot', 'exp', 'log', 'log2', 'log10', 'hypot', 'gcd', 'lcm', 'mod', 'factorial'],
  ...['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2', 'sinh', 'cosh', 'tanh'],
] as const;
