import { COST, type Budget } from './budget.js';
import { addAttribute, readAttribute } from './decode-attributes.js';
import {
  BUCKETS,
  EXPONENTIAL_POINT,
  FLAG_NO_RECORDED_VALUE,
  HISTOGRAM_POINT,
  NUMBER_POINT,
} from './fields.js';
import type { AttributeValue, ExplicitPoint, ExponentialPoint, NumberPoint } from './types.js';
import type { WireReader } from './wire-reader.js';
import { WIRE } from './wire-types.js';

/** Field numbers of what all kinds of points have; the numbers differ from kind to kind. */
interface CommonFields {
  readonly attributes: number;
  readonly startTime: number;
  readonly time: number;
  readonly flags: number;
}

interface Common {
  attributes: Record<string, AttributeValue>;
  startTimeUnixNano: bigint;
  timeUnixNano: bigint;
}

/**
 * Loops over a point's fields, reads the common ones and hands the rest to `readOwn`, which answers
 * false for a field it does not know. True = the point says that it carries no value.
 */
function readFields(
  reader: WireReader,
  budget: Budget,
  fields: CommonFields,
  common: Common,
  readOwn: () => boolean,
): boolean {
  let noValue = false;
  while (reader.next()) {
    const { field } = reader;
    if (field === fields.attributes && reader.is(WIRE.lengthDelimited)) {
      addAttribute(common.attributes, readAttribute(reader, budget));
    } else if (field === fields.startTime && reader.is(WIRE.fixed64)) {
      common.startTimeUnixNano = reader.bigFixed64();
    } else if (field === fields.time && reader.is(WIRE.fixed64)) {
      common.timeUnixNano = reader.bigFixed64();
    } else if (field === fields.flags && reader.is(WIRE.varint)) {
      noValue = reader.varint() % 2 === FLAG_NO_RECORDED_VALUE;
    } else if (!readOwn()) {
      reader.skip();
    }
  }
  return noValue;
}

/** undefined for a point without a value. */
export function readNumberPoint(reader: WireReader, budget: Budget): NumberPoint | undefined {
  const point = {
    startTimeUnixNano: 0n,
    timeUnixNano: 0n,
    attributes: {},
    value: 0,
    integer: false,
  };
  let hasValue = false;
  const noValue = readFields(reader, budget, NUMBER_POINT, point, () => {
    if (!reader.is(WIRE.fixed64)) return false;
    if (reader.field === NUMBER_POINT.asInt) {
      point.value = reader.signedFixed64();
      point.integer = true;
    } else if (reader.field === NUMBER_POINT.asDouble) {
      point.value = reader.double();
      point.integer = false;
    } else return false;
    hasValue = true;
    return true;
  });
  return hasValue && !noValue ? point : undefined;
}

export function readExponentialPoint(
  reader: WireReader,
  budget: Budget,
): ExponentialPoint | undefined {
  const point = {
    startTimeUnixNano: 0n,
    timeUnixNano: 0n,
    attributes: {},
    count: 0,
    sum: 0,
    scale: 0,
    zeroCount: 0,
    positiveOffset: 0,
    positiveCounts: [] as number[],
    min: undefined as number | undefined,
    max: undefined as number | undefined,
  };
  const noValue = readFields(reader, budget, EXPONENTIAL_POINT, point, () => {
    const { field } = reader;
    if (reader.is(WIRE.fixed64)) {
      if (field === EXPONENTIAL_POINT.count) point.count = reader.countFixed64();
      else if (field === EXPONENTIAL_POINT.sum) point.sum = reader.double();
      else if (field === EXPONENTIAL_POINT.zeroCount) point.zeroCount = reader.countFixed64();
      else if (field === EXPONENTIAL_POINT.min) point.min = reader.double();
      else if (field === EXPONENTIAL_POINT.max) point.max = reader.double();
      else return false;
    } else if (field === EXPONENTIAL_POINT.scale && reader.is(WIRE.varint)) {
      point.scale = reader.zigzag32();
    } else if (field === EXPONENTIAL_POINT.positive && reader.is(WIRE.lengthDelimited)) {
      reader.message(() => {
        while (reader.next()) {
          if (reader.field === BUCKETS.offset && reader.is(WIRE.varint)) {
            point.positiveOffset = reader.zigzag32();
          } else if (reader.field === BUCKETS.counts && reader.is(WIRE.lengthDelimited)) {
            const counts = reader.packedCounts(budget);
            if (point.positiveCounts.length === 0) point.positiveCounts = counts;
            else for (const count of counts) point.positiveCounts.push(count);
          } else if (reader.field === BUCKETS.counts && reader.is(WIRE.varint)) {
            budget.spend(COST.number);
            point.positiveCounts.push(reader.countVarint());
          } else {
            reader.skip();
          }
        }
      });
    } else return false;
    return true;
  });
  return noValue ? undefined : point;
}

export function readExplicitPoint(reader: WireReader, budget: Budget): ExplicitPoint | undefined {
  const counts: number[] = [];
  const bounds: number[] = [];
  const point = {
    startTimeUnixNano: 0n,
    timeUnixNano: 0n,
    attributes: {},
    count: 0,
    sum: 0,
    bounds,
    counts,
    min: undefined as number | undefined,
    max: undefined as number | undefined,
  };
  const noValue = readFields(reader, budget, HISTOGRAM_POINT, point, () => {
    const { field } = reader;
    if (field === HISTOGRAM_POINT.bucketCounts) {
      reader.repeated(WIRE.fixed64, () => {
        budget.spend(COST.number);
        counts.push(reader.countFixed64());
      });
    } else if (field === HISTOGRAM_POINT.explicitBounds) {
      reader.repeated(WIRE.fixed64, () => {
        budget.spend(COST.number);
        bounds.push(reader.double());
      });
    } else if (reader.is(WIRE.fixed64)) {
      if (field === HISTOGRAM_POINT.count) point.count = reader.countFixed64();
      else if (field === HISTOGRAM_POINT.sum) point.sum = reader.double();
      else if (field === HISTOGRAM_POINT.min) point.min = reader.double();
      else if (field === HISTOGRAM_POINT.max) point.max = reader.double();
      else return false;
    } else return false;
    return true;
  });
  return noValue ? undefined : point;
}
