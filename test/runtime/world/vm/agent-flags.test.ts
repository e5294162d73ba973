import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { agentFlags } from '../../../../runtime/world/vm/agent-flags.ts';

it('lets Node make no code of a text, and have nothing of the language changed', () => {
  const attempts = `
    for (const attempt of [() => Function('1'), () => { Array.prototype.leak = 1; }])
      try { attempt(); console.log('worked'); } catch (error) { console.log(error.name); }`;
  const args = [...agentFlags, '--input-type=module', '--eval', attempts];
  const printed = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: 'pipe' });
  expect(printed.trim().split('\n').slice(-2)).toEqual(['EvalError', 'TypeError']);
});
