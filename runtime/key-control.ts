import type { Keys } from './keys.ts';
import { keyControlParams as given, type KeyControlMethod } from './options/key-control.ts';
import { readOptions } from './options/read.ts';

/** What of the keys the control socket reaches. */
export type ControlledKeys = Pick<Keys, 'list' | 'rotate' | 'revoke' | 'archive' | 'exportPublic'>;

type Params = Readonly<Record<string, unknown>>;
type Method = (keys: ControlledKeys, params: Params) => Promise<unknown>;

export const keyControlMethods: Readonly<Record<KeyControlMethod, Method>> = {
  'keys.list': async (keys, params) => {
    readOptions(given['keys.list'], 'params', params);
    return { keys: keys.list() };
  },
  'keys.rotate': async (keys, params) => {
    const { purpose, ...options } = readOptions(given['keys.rotate'], 'params', params);
    return { keys: [await keys.rotate(purpose, options)] };
  },
  'keys.revoke': async (keys, params) => {
    const { purpose, reason } = readOptions(given['keys.revoke'], 'params', params);
    return { keys: [await keys.revoke(purpose, { reason })] };
  },
  'keys.archive': async (keys, params) => {
    readOptions(given['keys.archive'], 'params', params);
    return { keys: await keys.archive() };
  },
  'keys.exportPublic': async (keys, params) => {
    readOptions(given['keys.exportPublic'], 'params', params);
    return await keys.exportPublic();
  },
};
