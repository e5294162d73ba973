import { HoldfastError } from './errors.ts';

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there',
  EACCES: 'this user may not listen there',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
  DISK_FAILED: 'the system did not answer in time',
};

/** `reason` is the code that the system gave. */
export function listenFailed(
  { host, port }: { readonly host: string; readonly port: number },
  reason: string,
  options?: ErrorOptions,
): HoldfastError {
  const message = `cannot listen at port ${port} of ${host}: ${reasons[reason] ?? reason}`;
  return new HoldfastError('LISTEN_FAILED', message, { host, port, reason }, options);
}
