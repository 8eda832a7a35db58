/**
 * Asks `condition` until it gives something other than undefined or false, and returns that.
 * @throws after `timeoutMs`, naming `what` it waited for; whatever `condition` throws ends the wait.
 */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 30_000,
): Promise<T> {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    const answer = await condition();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > endMs) throw new Error(`gave up after ${timeoutMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
