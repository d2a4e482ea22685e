import v8 from 'node:v8';

/** V8's versions that were seen to know the flag. One that does not know it would say so on stderr. */
const KNOWN = /^1[1-3]\./;
/** Eight times V8's own, in bytes of bytecode that a function runs between two looks at whether it is hot. */
const BUDGET = 8 * 66 * 1024;

/**
 * Has V8 take longer to call a function of this process hot. Within the second or two of a run the code that judges just becomes
 * so, and compiling it takes more time than it saves: of the two cores of a small machine, 3 ms in each trial of 25 ms that
 * clients and server could have had. What runs for longer is optimised a little later.
 */
export function optimiseLate(): void {
  if (KNOWN.test(process.versions.v8)) v8.setFlagsFromString(`--interrupt-budget=${BUDGET}`);
}
