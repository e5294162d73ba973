import type { World } from '../../actors/world.ts';
import type { Terminal } from './terminal.ts';

/** What a command works with. */
export interface CommandTools {
  readonly world: World;
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
}
