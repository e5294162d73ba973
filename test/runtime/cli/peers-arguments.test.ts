import { describe, expect, it } from 'vitest';
import { peerIdOf } from '../../../actors/peer/wire/peer-id.ts';
import { Failure } from '../../../runtime/cli/failure.ts';
import { peersCommand } from '../../../runtime/cli/peers-arguments.ts';

const id = peerIdOf(new Uint8Array(32).fill(1));

describe('a command about peers', () => {
  it.each([
    [['list', '/d'], { directory: '/d', isJson: false, method: 'peers.list', params: {} }],
    [
      ['explain', '/d', '--peer', id, '--json'],
      { directory: '/d', isJson: true, method: 'peers.explain', params: { id } },
    ],
    [
      ['explain', '/d', '--address', '::1'],
      {
        directory: '/d',
        isJson: false,
        method: 'peers.explainAddress',
        params: { address: '::1' },
      },
    ],
    [['feeds', '/d'], { directory: '/d', isJson: false, method: 'peers.feeds', params: {} }],
    [
      ['ban', '/d', '--target', '10.0.0.0/8', '--reason', 'spam', '--hours', '3'],
      {
        directory: '/d',
        isJson: false,
        method: 'peers.ban',
        params: { target: '10.0.0.0/8', reason: 'spam', forMs: 10_800_000 },
      },
    ],
  ])('is read: %j', (args, command) => {
    expect(peersCommand(args)).toEqual(command);
  });

  it.each([
    [[], 'no command of peers'],
    [['dance', '/d'], 'there is no command peers dance'],
    [['list'], 'no DATADIR'],
    [['list', '/d', '/e'], 'one DATADIR at a time, got /e too'],
    [['list', '/d', '--peer', id], 'list takes no --peer'],
    [['explain', '/d'], 'explain.id must be a peer id'],
    [['explain', '/d', '--peer', id, '--address', '::1'], 'explain.id is not an option'],
    [['grant', '/d', '--peer', id, '--level', 'king'], 'grant.level must be one of'],
    [['ban', '/d', '--target', id], 'ban.reason must be a text'],
    [
      ['ban', '/d', '--target', id, '--reason', 'x', '--hours', 'x'],
      '--hours must be a whole number, got x',
    ],
    [['list', '/d', '--loud'], "Unknown option '--loud'"],
  ])('is refused in plain words: %j', (args, message) => {
    const refused = () => peersCommand(args);
    expect(refused).toThrow(Failure);
    expect(refused).toThrow(message);
  });
});
