import { describe, expect, it } from 'vitest';
import { fileFault } from '../../storage/file-fault.ts';

describe('a fault of a file', () => {
  it('names the method and the file, and not where the file is', () => {
    const fault = fileFault('NO_SPACE', 'append', '/secret/place/spool');
    const { name, code, message } = fault;
    expect({ name, code, message, hasCause: 'cause' in fault }).toEqual({
      name: 'StorageError',
      code: 'NO_SPACE',
      message: "append of 'spool' failed: the disk is full",
      hasCause: false,
    });
  });

  it('keeps its cause', () => {
    const cause = new Error('EIO');
    expect(fileFault('DISK_FAILED', 'read', '/a', cause).cause).toBe(cause);
  });
});
