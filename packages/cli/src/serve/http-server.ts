import { createServer, type RequestListener, type Server } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { setTimeout as pause, setImmediate } from "node:timers/promises";
import { DomainError } from "pushforward";
import { slowError } from "./deadline.ts";
import { errorBody } from "./error-answer.ts";
import { RequestError } from "./request-error.ts";

/** Seconds after which a body that the app has not refused ends its connection. */
const MARGIN = 5;

/** A server that ends connections on which nothing comes in, or goes out, for too long. */
export function httpServer(handle: RequestListener, timeout: number): Server {
  const milliseconds = timeout * 1000;
  const server = createServer(
    {
      headersTimeout: milliseconds,
      requestTimeout: milliseconds + MARGIN * 1000,
      connectionsCheckingInterval: Math.min(1000, milliseconds),
      keepAliveTimeout: 60_000,
    },
    handle,
  );
  // A request may take as long to come in as its answer to be found.
  server.setTimeout(2 * milliseconds + MARGIN * 1000);
  server.on("clientError", (error, socket) => {
    refuseConnection(error, socket as Socket, timeout);
  });
  return server;
}

/** Answers what is not HTTP, or too slow. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket, timeout: number): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code, message } = connectionError(error, timeout);
  const body = JSON.stringify(errorBody({ code, message }));
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  // Nothing is read any more, so that its other end would never be seen; time for the answer to be.
  setTimeout(() => socket.destroy(), LINGER);
}

const LINGER = 500;

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};

function connectionError({ code }: NodeJS.ErrnoException, timeout: number): RequestError {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return slowError(timeout);
  if (code === "HPE_HEADER_OVERFLOW") {
    return new RequestError(431, "too-large", "the head of the request is too large");
  }
  return new RequestError(400, "http", "this is no request in HTTP/1.1");
}

/**
 * Listens; returns the address, `http://127.0.0.1:8080`.
 *
 * @throws DomainError when the port is taken or may not be used, or there is no such host.
 */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  }).catch((error: NodeJS.ErrnoException) => {
    const reason = LISTEN_ERRORS[error.code ?? ""] ?? `cannot be listened on (${error.message})`;
    throw new DomainError(`${addressText(host, port)}: ${reason}`);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("listening on no port");
  return `http://${addressText(host, address.port)}`;
}

const LISTEN_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use already; take another --port, or stop what listens there",
  EACCES: "is not allowed for this user; take a --port above 1023",
  EADDRNOTAVAIL: "is no address of this machine; take another --host",
  ENOTFOUND: "there is no such host; take another --host",
};

function addressText(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Milliseconds in which requests that are on their way come in. */
const ON_THEIR_WAY = 500;
const BETWEEN_LOOKS = 50;

/**
 * Accepts no connections any more and waits until those that are open have ended.
 *
 * Node's own `close` ends idle connections at once, and with them requests that have been sent and
 * not yet been read. Here they have a while to be answered; answers end their connections
 * themselves.
 */
export async function closeServer(server: Server): Promise<void> {
  let open = true;
  NetServer.prototype.close.call(server, () => {
    open = false;
  });
  const start = performance.now();
  while (open) {
    await pause(BETWEEN_LOOKS);
    // What has arrived is read before.
    await setImmediate();
    if (performance.now() - start > ON_THEIR_WAY) server.closeIdleConnections();
  }
}
