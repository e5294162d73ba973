import type { Code, codes } from '../../runtime/errors.ts';

/** What a fault was seen as, and whether there was service again after its recovery. */
export interface Recovered {
  readonly failed: Error | { readonly code?: string };
  readonly isBack: boolean;
}

/** For each code the recovery it names, and a run that injects its fault and sees it mended so. */
export type Recoveries<Codes extends Code> = {
  readonly [Name in Codes]: {
    readonly recovery: (typeof codes)[Name]['recovery'];
    run(): Promise<Recovered>;
  };
};
