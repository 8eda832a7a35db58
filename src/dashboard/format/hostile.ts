/** Names come from other people's programs: made safe to lay out, never interpreted. */

/**
 * Text for a title or heading: control and line-breaking characters become visible spaces, and it is cut to
 * `maxChars` with an ellipsis (whole code points, so that no emoji is split); `none` where nothing is left.
 * React renders it as text.
 */
export function displayName(text: string, maxChars = 300, none = '(no name)'): string {
  // Bidirectional overrides could turn the text around them; isolation in CSS handles plain RTL letters.
  const clean = text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, ' ').trim();
  if (clean === '') return none;
  if (clean.length <= maxChars) return clean;
  return `${[...clean.slice(0, maxChars * 2)].slice(0, maxChars).join('')}…`;
}
