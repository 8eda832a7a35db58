import { useMemo } from 'react';
import { layoutSql } from '../format/sql-layout.js';
import { tokenizeSignature } from '../format/sql-tokens.js';
import classes from './sql-text.module.css';

function Tokens({ text }: { text: string }) {
  const tokens = useMemo(() => tokenizeSignature(text), [text]);
  return tokens.map((token, at) =>
    token.kind === 'space' || token.kind === 'name' ? (
      token.text
    ) : (
      <span key={at} data-sql={token.kind}>
        {token.text}
      </span>
    ),
  );
}

/** A row shows this much; the detail shows all. */
const LINE_CHARS = 360;

/** A signature on one or two lines. */
export function SqlLine({ text }: { text: string }) {
  const cut = text.length > LINE_CHARS;
  return (
    <code className={`${classes['line'] ?? ''} foreign`}>
      <Tokens text={cut ? text.slice(0, LINE_CHARS) : text} />
      {cut && '…'}
    </code>
  );
}

/** A signature laid out over lines. */
export function SqlBlock({ text }: { text: string }) {
  const laidOut = useMemo(() => layoutSql(text), [text]);
  return (
    <pre className={`${classes['block'] ?? ''} foreign`} tabIndex={0} aria-label="Signature">
      <code>
        <Tokens text={laidOut} />
      </code>
    </pre>
  );
}
