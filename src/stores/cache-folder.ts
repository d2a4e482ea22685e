import os from 'node:os';
import path from 'node:path';

/** Where this user's programs keep what they can make again, by each platform's convention. It may not exist yet. */
export function cacheFolder(): string {
  return path.join(base(), 'race-check');
}

function base(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (XDG_CACHE_HOME !== undefined && path.isAbsolute(XDG_CACHE_HOME)) return XDG_CACHE_HOME;
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches');
  if (process.platform === 'win32') return LOCALAPPDATA ?? path.join(os.homedir(), 'AppData', 'Local');
  return path.join(os.homedir(), '.cache');
}
