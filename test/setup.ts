// Run before each file; what it imports, once per process: testers would add up otherwise.
import './equality.ts';
