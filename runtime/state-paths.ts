/** The paths of the innermost states in the value of a machine's state; the root's is `''`. */
export function statePaths(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return [join(path, value)];
  if (typeof value !== 'object' || value === null) return [];
  const within = Object.entries(value);
  if (within.length === 0) return [path];
  return within.flatMap(([key, below]) => statePaths(below, join(path, key)));
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
