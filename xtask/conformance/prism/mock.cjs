// Starts prism's command line, and ends with the program that started it,
// however that one ends: its end of standard input closes then.
process.stdin.on('close', () => process.exit()).resume();
require('@stoplight/prism-cli');
