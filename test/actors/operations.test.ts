import { expect, it } from 'vitest';
import {
  allOperations,
  driverOperations,
  namesOperations,
  networkOperations,
} from '../../actors/operations.ts';
import { codes } from '../../runtime/errors.ts';
import { runtimeOptions } from '../../runtime/options/runtime.ts';
import { sandboxOptions } from '../../runtime/options/sandbox.ts';
import { nodeWorld } from '../../runtime/world/node.ts';

it('every operation of a port has a deadline, and a code that users know', () => {
  const all = Object.values(allOperations).flatMap((each) => Object.values(each));
  expect(all).toHaveLength(40);
  const odd = all.filter(({ deadlineMs, code }) => {
    return !(deadlineMs >= 1_000 && deadlineMs <= 120_000 && (code === 'none' || code in codes));
  });
  expect(odd).toEqual([]);
});

it('a deadline that can be set is what it is unless it is set', () => {
  const zones = ['zen.example.org'];
  const { timeouts, network } = runtimeOptions.parse({ network: { dnsbl: { zones } } });
  expect(namesOperations.resolve).toMatchObject({
    ...{ deadlineMs: network.dnsbl?.deadlineMs, option: 'network.dnsbl.deadlineMs' },
  });
  const { timeoutMs } = sandboxOptions.parse({ code: '0' });
  expect([networkOperations.dial, driverOperations.probe, allOperations.Vm?.call]).toMatchObject([
    { deadlineMs: timeouts.connectMs, option: 'timeouts.connectMs' },
    { deadlineMs: timeouts.provisionMs, option: 'timeouts.provisionMs' },
    { deadlineMs: timeoutMs, option: 'timeoutMs' },
  ]);
});

it('no port of the world has an operation that the table does not know', () => {
  const { files, kv, network, names, http, sockets } = nodeWorld();
  const known = (port: string): string[] => Object.keys(allOperations[port] ?? {}).sort();
  const found = [files, kv, network, names, http, sockets].map((port) => Object.keys(port).sort());
  expect(found).toEqual(['Files', 'Kv', 'Network', 'Names', 'Http', 'Sockets'].map(known));
});
