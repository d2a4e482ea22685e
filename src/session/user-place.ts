/** `at name (file:line:column)`, or `at async file:line:column`. */
const FRAME = /^\s+at (?:.+? \((?<named>.+:\d+):\d+\)|(?:async )?(?<bare>.+:\d+):\d+)$/;
/** Node's own, a package's, and ours: the loader shows a user's files by their plain path, never by a URL. */
const NOT_THE_USERS = /^(?:node:|file:)|[\\/]node_modules[\\/]/;

/** Where in a user's file an error came from, `file:line`; undefined where its stack names no such file. */
export function userPlace(stack: string | undefined): string | undefined {
  return (stack ?? '')
    .split('\n')
    .map((line) => FRAME.exec(line)?.groups)
    .map((groups) => groups?.['named'] ?? groups?.['bare'])
    .find((place) => place !== undefined && !NOT_THE_USERS.test(place));
}
