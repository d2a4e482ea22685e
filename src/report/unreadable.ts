const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of this path is a file',
  EACCES: 'this user may not read it',
};

/** Why a file that a user named could not be read, or is not the JSON that it should be, as a clause. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof SyntaxError) return 'it is no JSON';
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}
