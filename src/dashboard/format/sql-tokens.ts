/**
 * Splits a *signature* (not SQL at large) for highlighting. A signature has no literals and no comments,
 * so a dozen lines suffice; whatever is not recognized is plain text, and the parts joined give the input.
 */

export type SqlTokenKind = 'keyword' | 'function' | 'placeholder' | 'operator' | 'name' | 'space';

export interface SqlToken {
  kind: SqlTokenKind;
  text: string;
}

const KEYWORDS = new Set(
  `add all alter analyze and any array as asc begin between both by call cascade case cast check collate column
commit concurrently conflict constraint create cross cube current current_date current_time current_timestamp
cursor database deallocate declare default delete desc distinct do drop else end escape except execute exists
explain extract fetch filter first following for force foreign from full function grant group grouping groups
having if ignore ilike in index inner insert intersect interval into is isnull join key last lateral leading left
like limit listen local lock materialized merge natural next no nothing notify notnull nulls of off offset on
only or order outer over partition preceding prepare primary procedure range recursive references release rename
replace returning revoke right rollback rollup row rows savepoint schema select set sets share show similar skip
start straight_join table temporary then ties to trailing transaction trigger truncate unbounded union unique
unlisten update use using vacuum values view when where window with within without work`.split(
    /\s+/,
  ),
);

/** Quoted names, words, `?` and placeholders, white space, everything else one by one. */
const PART =
  /("(?:[^"]|"")*"|`[^`]*`|\[[\w$ ]+\])|([\p{L}_][\p{L}\p{N}_$]*)|(\?|\$\d+|:\w+|@\w+)|(\s+)|([\s\S])/gu;

/** Linear in the text's length. */
export function tokenizeSignature(text: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  for (const match of text.matchAll(PART)) {
    const [whole, quoted, word, placeholder, space] = match;
    if (quoted !== undefined) tokens.push({ kind: 'name', text: whole });
    else if (word !== undefined) {
      const after = text[match.index + whole.length];
      const isKeyword = KEYWORDS.has(whole.toLowerCase());
      tokens.push({
        kind: isKeyword ? 'keyword' : after === '(' ? 'function' : 'name',
        text: whole,
      });
    } else if (placeholder !== undefined) tokens.push({ kind: 'placeholder', text: whole });
    else if (space !== undefined) tokens.push({ kind: 'space', text: whole });
    else tokens.push({ kind: 'operator', text: whole });
  }
  return tokens;
}
