/** Time covered by a request's children, µs. Overlaps count once per component. */
export interface CoveredTime {
  databaseUs: number;
  webServicesUs: number;
  /** Union of both: the request's duration minus this is its own code. */
  anyUs: number;
}

/** Bits of a child's component. */
export const DATABASE = 1;
export const WEB_SERVICE = 2;

/** Insertion sort beats the general one while children arrive nearly in order, as sequential queries do. */
const INSERTION_SORT_MAX = 64;

/**
 * Union of intervals per component in one sweep over the start-ordered children. Arrays are reused between
 * requests: no allocation per request once they have grown.
 */
export class IntervalUnion {
  #starts: number[] = [];
  #ends: number[] = [];
  #components: number[] = [];
  #size = 0;

  clear(): void {
    this.#size = 0;
  }

  add(component: typeof DATABASE | typeof WEB_SERVICE, startUs: number, endUs: number): void {
    const at = this.#size++;
    this.#starts[at] = startUs;
    this.#ends[at] = endUs;
    this.#components[at] = component;
  }

  /** Covered time within [`fromUs`, `toUs`]; what lies outside does not count. */
  covered(fromUs: number, toUs: number): CoveredTime {
    this.#sort();
    const result: CoveredTime = { databaseUs: 0, webServicesUs: 0, anyUs: 0 };
    let databaseEnd = fromUs;
    let webServicesEnd = fromUs;
    let anyEnd = fromUs;
    for (let i = 0; i < this.#size; i++) {
      const start = this.#starts[i] as number;
      const end = Math.min(this.#ends[i] as number, toUs);
      if (this.#components[i] === DATABASE) {
        result.databaseUs += Math.max(0, end - Math.max(start, databaseEnd));
        databaseEnd = Math.max(databaseEnd, end);
      } else {
        result.webServicesUs += Math.max(0, end - Math.max(start, webServicesEnd));
        webServicesEnd = Math.max(webServicesEnd, end);
      }
      result.anyUs += Math.max(0, end - Math.max(start, anyEnd));
      anyEnd = Math.max(anyEnd, end);
    }
    return result;
  }

  #sort(): void {
    const starts = this.#starts;
    const ends = this.#ends;
    const components = this.#components;
    const size = this.#size;
    if (size > INSERTION_SORT_MAX) {
      const order = Array.from({ length: size }, (_, i) => i);
      order.sort((a, b) => (starts[a] as number) - (starts[b] as number));
      this.#starts = order.map((i) => starts[i] as number);
      this.#ends = order.map((i) => ends[i] as number);
      this.#components = order.map((i) => components[i] as number);
      return;
    }
    for (let i = 1; i < size; i++) {
      const start = starts[i] as number;
      const end = ends[i] as number;
      const component = components[i] as number;
      let j = i - 1;
      while (j >= 0 && (starts[j] as number) > start) {
        starts[j + 1] = starts[j] as number;
        ends[j + 1] = ends[j] as number;
        components[j + 1] = components[j] as number;
        j--;
      }
      starts[j + 1] = start;
      ends[j + 1] = end;
      components[j + 1] = component;
    }
  }
}
