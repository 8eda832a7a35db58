import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const GROUP_MAY_ENTER = 0o010;
/**
 * Set-group-id: files get the group of the folder, so that the agent can read them whoever wrote them. Sticky: of
 * another user's files nobody takes one away but the agent, whose folder it is.
 */
const SHARED = 0o3770;

/**
 * A folder beside the socket into which apps write. Whoever may come to the socket may write there: the agent's own
 * user, and the group of the socket's folder where that lets its group in. Leaves alone what is not the agent's.
 *
 * @throws when there is no such folder and none can be made
 */
export function prepareAppFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const parent = statSync(dirname(path));
  if ((parent.mode & GROUP_MAY_ENTER) === 0) return;
  try {
    if (statSync(path).gid !== parent.gid) chownSync(path, -1, parent.gid);
    chmodSync(path, SHARED);
  } catch {
    // Another user's, or a group that the agent is not in: apps of its own user can still write there.
  }
}
