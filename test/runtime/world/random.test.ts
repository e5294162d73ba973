import { random } from '../../../runtime/world/random.ts';
import { randomContract } from '../../contracts/random.contract.ts';

randomContract('the randomness of this machine', 'no seed brings it back', () => random);
