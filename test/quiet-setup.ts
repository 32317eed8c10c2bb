// Set-up files run once for each test file, the modules they import once for each process.
import './support/quiet-temporal.ts';
