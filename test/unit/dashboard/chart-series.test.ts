import { describe, expect, it } from 'vitest';
import { timeScale } from '../../../src/dashboard/components/chart/chart-series.js';

const rangeOf = (...styles: ('line' | 'bars')[]): unknown => {
  const series = styles.map((style) => ({ style }));
  return timeScale(series, 60).range(undefined, 600, 1200);
};

describe('the time axis', () => {
  it('has room for the last bar, and none behind the last point of a line', () => {
    expect(rangeOf('bars', 'bars')).toEqual([600, 1260]);
    expect(rangeOf('line')).toEqual([600, 1200]);
  });
});
