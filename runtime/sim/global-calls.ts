/** What no simulation replays, and where it is found. */
const watched: readonly (readonly [owner: object, name: string])[] = [
  [globalThis.Date, 'now'],
  [Math, 'random'],
  [performance, 'now'],
  [crypto, 'randomUUID'],
  [crypto, 'getRandomValues'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'fetch'].map(
    (name) => [globalThis, name] as const,
  ),
];

const owners = new Map<object, string>([
  [globalThis.Date, 'Date.'],
  [Math, 'Math.'],
  [performance, 'performance.'],
  [crypto, 'crypto.'],
]);

/**
 * Does `work`, and tells what of the user's code called meanwhile that reads the clock, chance or
 * a timer of the process: `Date.now at /shop/orders.ts:12:5`, each place once.
 */
export async function globalCalls<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly calls: readonly string[] }> {
  const calls = new Set<string>();
  const listen = (call: string): void => {
    calls.add(call);
  };
  if (listeners.size === 0) {
    undo = [...watched.map(([owner, name]) => watch(owner, name)), watchDate()];
  }
  listeners.add(listen);
  try {
    return { result: await work(), calls: [...calls] };
  } finally {
    listeners.delete(listen);
    if (listeners.size === 0) for (const each of undo) each();
  }
}

const listeners = new Set<(call: string) => void>();
/** The globals are watched once, for all who listen: undone in any other order, some would stay. */
let undo: readonly (() => void)[] = [];

function onCall(what: string): void {
  const place = placeOf(new Error().stack);
  if (place === undefined) return;
  for (const listen of listeners) listen(`${what} at ${place}`);
}

function watch(owner: object, name: string): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== 'function') return () => {};
  const value = new Proxy(original, {
    apply(target, self, args) {
      onCall(`${owners.get(owner) ?? ''}${name}`);
      return Reflect.apply(target, self === globalThis ? undefined : self, args);
    },
  });
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  return () => {
    if (own === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, own);
  };
}

function watchDate(): () => void {
  const original = globalThis.Date;
  globalThis.Date = new Proxy(original, {
    construct(target, args, newTarget) {
      if (args.length === 0) onCall('new Date');
      return Reflect.construct(target, args, newTarget);
    },
  });
  return () => {
    globalThis.Date = original;
  };
}

/** Of whoever called what is watched; undefined if that is a package. */
function placeOf(stack = ''): string | undefined {
  const caller = stack.split('\n').findIndex((line) => line.includes('at Object.')) + 1;
  const line = stack.split('\n')[caller] ?? '';
  const place = /\(?((?:file:\/\/)?\/[^()]*:\d+:\d+)\)?$/.exec(line)?.[1]?.replace('file://', '');
  return place?.includes('/node_modules/') === true ? undefined : place;
}
