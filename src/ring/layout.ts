/**
 * Bytes of the ring that carries records from one JS thread to its worker.
 *
 * SharedArrayBuffer
 * ┌────────────┬───────────────────────────────────────────────────────────────┐
 * │ byte 0     │ head: Int32, records published so far (producer writes)        │
 * │ byte 128   │ tail: Int32, records consumed so far (consumer writes)         │
 * │ byte 256   │ dropped request/query/call: 3 × Int32 (producer writes)        │
 * │ byte 272   │ recorded request/query/call: 3 × Int32 (producer writes)       │
 * │ byte 288   │ wake: Int32 (producer adds and notifies at watermark and flush)│
 * │ byte 292   │ flush acknowledged: Int32 (consumer writes, flush sequence)    │
 * │ byte 296   │ flush requested: Int32 (producer adds, then wakes)             │
 * │ byte 300   │ owner: Int32, who may consume (compare-and-swap, see OWNER)    │
 * │ byte 304   │ unsettled: Int32, 1 while the consumer holds undelivered data  │
 * │ byte 308   │ journal: Int32, records that are in windows cut so far (worker)│
 * │ byte 312   │ pen: Int32, who may end a window now (see PEN)                 │
 * │ byte 316   │ told request/query/call: 3 × Int32, "recorded" of what was     │
 * │            │ delivered (worker writes, holding the pen)                     │
 * │ byte 328   │ settled request/query/call: 3 × Int32, operations delivered or │
 * │            │ stated as lost in what was delivered (likewise)                │
 * │ byte 340   │ flush begun: Int32 (consumer writes the request it works on)   │
 * │ byte 344   │ instance: 16 bytes, random id of what this ring's thread sends │
 * │            │ (worker writes, before it takes the ring)                      │
 * │ byte 384   │ slots: capacity × 32 bytes                                     │
 * └────────────┴───────────────────────────────────────────────────────────────┘
 *
 * One slot (32 bytes)
 *   0  Float64  startUs      µs since the producing thread's performance.timeOrigin
 *   8  Uint32   durationUs   rounded, at most 2^32-1 (71 minutes)
 *  12  Uint32   requestId    own id of a request; parent's id of a query or call; 0 = outside any request
 *  16  Uint32   signatureId  dictionary id of the endpoint, query or call template
 *  20  Uint32   sourceId     dictionary id of the database or peer; 0 = none
 *  24  Uint16   kind | Uint16 status   (little-endian: kind at 24, status at 26; HTTP status or 0)
 *  28  Uint32   errorId      dictionary id of error.type; 0 = success
 *
 * head and tail are 128 bytes apart: two cache lines, because adjacent-line prefetch pairs them.
 * Counters wrap at 2^32; `head - tail | 0` stays right because capacity is far below 2^31.
 */
export const HEAD_OFFSET_BYTES = 0;
export const TAIL_OFFSET_BYTES = 128;
export const DROPPED_OFFSET_BYTES = 256;
export const RECORDED_OFFSET_BYTES = 272;
export const WAKE_OFFSET_BYTES = 288;
export const FLUSHED_OFFSET_BYTES = 292;
export const FLUSH_REQUESTED_OFFSET_BYTES = 296;
export const OWNER_OFFSET_BYTES = 300;
export const UNSETTLED_OFFSET_BYTES = 304;
export const JOURNAL_OFFSET_BYTES = 308;
export const PEN_OFFSET_BYTES = 312;
export const TOLD_OFFSET_BYTES = 316;
export const SETTLED_OFFSET_BYTES = 328;
export const FLUSH_BEGUN_OFFSET_BYTES = 340;
export const INSTANCE_OFFSET_BYTES = 344;
export const SLOTS_OFFSET_BYTES = 384;
export const SLOT_BYTES = 32;

/** `kind` of a record. 1-based so that an unwritten slot is recognizable. */
export const RECORD_KIND = { request: 1, query: 2, call: 3 } as const;
export type RecordKind = (typeof RECORD_KIND)[keyof typeof RECORD_KIND];

/**
 * Who consumes. The worker takes the ring with one compare-and-swap when it is up; a host that ends before
 * that takes it the same way and writes the last window itself. So exactly one of the two ever consumes.
 */
export const OWNER = { nobody: 0, worker: 1, host: 2 } as const;

/**
 * Who may turn what was recorded into batches. The worker takes the pen for the moment in which a window
 * becomes batches, and puts it down again. A host whose worker does not answer at the end, or is not up yet, takes it
 * for good and reads the records since the last window once more: consumed slots keep their contents until they are
 * written again. So no record is ever in two batches.
 */
export const PEN = { free: 0, worker: 1, host: 2 } as const;

/** A decoded slot, as the reader hands it out. The reader reuses one object; copy what must be kept. */
export interface RingRecord {
  kind: RecordKind;
  status: number;
  startUs: number;
  durationUs: number;
  requestId: number;
  signatureId: number;
  sourceId: number;
  errorId: number;
}

/** Bytes of a ring with room for `capacity` records (a power of two). */
export function ringBytes(capacity: number): number {
  return SLOTS_OFFSET_BYTES + capacity * SLOT_BYTES;
}
