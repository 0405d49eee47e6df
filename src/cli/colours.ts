import pc from 'picocolors';

/** picocolors' own rule (NO_COLOR, TERM, …), but never in a pipe or a file, also where `CI` is set. */
export const colours = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);
