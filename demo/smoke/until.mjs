/** Asks `condition` until it holds. @throws after `timeoutMs` with `what` it waited for */
export async function until(what, condition, timeoutMs = 30_000, everyMs = 50) {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (Date.now() > endMs) throw new Error(`gave up after ${timeoutMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
