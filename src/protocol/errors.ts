/** Bytes or text that are no OTLP request, or exceed the decoder's bounds. Quotes no content. */
export class MalformedOtlpError extends Error {
  constructor(reason: string) {
    super(`malformed OTLP: ${reason}`);
    this.name = 'MalformedOtlpError';
  }
}
