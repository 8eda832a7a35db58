import type { Apdex } from '../../server/api-types.js';
import { formatApdex, formatThreshold, rateApdex } from '../format/apdex.js';
import { formatExactCount } from '../format/number.js';
import classes from './apdex.module.css';

/** What the score is made of, in a sentence. */
export function apdexWords(apdex: Apdex): string {
  const { satisfied, tolerating, frustrated, thresholdMs } = apdex;
  return (
    `${formatExactCount(satisfied)} within ${formatThreshold(thresholdMs)}, ` +
    `${formatExactCount(tolerating)} within ${formatThreshold(4 * thresholdMs)}, ` +
    `${formatExactCount(frustrated)} slower or failed`
  );
}

/** The score with its rating in words: the colour does not stand alone. */
export function ApdexCell({ apdex }: { apdex: Apdex }) {
  const { word, level } = rateApdex(apdex.score);
  if (level === 'none') return <span className="unit">–</span>;
  return (
    <span className={classes['cell']} title={apdexWords(apdex)}>
      <b className="num" data-level={level}>
        {formatApdex(apdex.score)}
      </b>
      <span className={classes['word']}>{word}</span>
    </span>
  );
}
