import { isolateDriver } from '../../../../../runtime/world/vm/isolate/driver.ts';
import { vmContract } from '../../../../contracts/vm.contract.ts';

vmContract('isolate', { driver: isolateDriver, patienceMs: 300, ends: {} });
