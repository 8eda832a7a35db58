/** The few members of Node's http objects that we read. None is written. */

export interface SocketLike {
  readonly destroyed: boolean;
  /** Nothing will be read from or written to it any more; 'close' is being emitted or about to be. */
  readonly closed?: boolean;
  readonly remotePort?: number;
  readonly timeout?: number;
  /** The response (server) or request (client) that holds the socket now. Node 20 to 26, lib/_http_server.js. */
  readonly _httpMessage?: object | null;
}

export interface IncomingMessageLike {
  /** Null on a response. */
  readonly method?: string | null;
  readonly url?: string;
  readonly statusCode?: number;
  /** The parser has seen the end of the message, read by the host or not. */
  readonly complete: boolean;
  /** The connection is no longer one of HTTP behind this message. */
  readonly upgrade?: boolean;
  readonly destroyed: boolean;
  readonly errored?: unknown;
  readonly socket?: SocketLike | null;
  /** Of a response: the ClientRequest it answers; Node's own end of a response relies on it. Node 20 to 26, lib/_http_client.js. */
  readonly req?: object | null;
  /** Set by Node when nobody will read the rest. Node 20 to 26, lib/_http_incoming.js. */
  readonly _dumped?: boolean;
}

export interface ServerResponseLike {
  readonly statusCode: number;
  readonly headersSent: boolean;
  readonly writableFinished: boolean;
}

export interface ClientRequestLike {
  readonly method: string;
  readonly protocol?: string;
  readonly host?: string;
  readonly path: string;
  readonly socketPath?: string;
  readonly destroyed: boolean;
  readonly timeout?: number;
  readonly socket?: SocketLike | null;
  readonly res?: IncomingMessageLike | null;
  /** An agent gave it a connection that has served a request before. */
  readonly reusedSocket?: boolean;
  /** Undefined or null where a connection is made for this request alone. */
  readonly agent?: { readonly getName?: unknown } | null;
  /** By the deprecated `abort()`. */
  readonly aborted?: boolean;
  getHeader?(name: string): unknown;
}
