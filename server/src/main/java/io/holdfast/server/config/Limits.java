package io.holdfast.server.config;

import io.holdfast.server.lifecycle.StartException;
import io.holdfast.storage.ContentLimits;
import io.holdfast.storage.GroupLimits;
import java.time.Duration;

/** The limits on clients, as the command line gives them. A limit of 0 is derived later. */
public record Limits(Web web, Push push, Memory memory) {
  private static final int SHARE_OF_HEAP = 64;
  private static final int SHARE_FOR_ANSWERS = 16;
  private static final long LEAST_BODY_BYTES = 1 << 20;
  private static final long MOST_BODY_BYTES = 256 << 20;

  /** The divisor of the heap that gives the share for requests whose head is incomplete. */
  private static final int SHARE_FOR_CONNECTIONS = 4;

  /**
   * The divisor of the connections that gives the number by which the limit can be exceeded for a
   * moment.
   */
  public static final int EXCESS_SHARE = 4;

  private static final long BYTES_PER_CONNECTION = 16 << 10;
  private static final long LEAST_CONNECTIONS = 64;
  private static final long MOST_CONNECTIONS = 16_384;

  /** Files for the store's tables and logs, the jars, and connections to other nodes. */
  private static final long OTHER_FILES = 512;

  /**
   * The bounds of connections and of request heads.
   *
   * @param maxConnections open at once; 0 for the result of {@link #connections}
   * @param idleTimeout how long a connection may be open without a request
   * @param readHeaderTimeout from a request's first byte to its body
   * @param readTimeout from the beginning of a request's body to its end
   * @param writeTimeout how long a client may take no byte of its answer
   * @param maxHeaderBytes of a request up to its body
   * @param maxHeaderFields of a request, including the fields after its body
   */
  public record Web(
      int maxConnections,
      Duration idleTimeout,
      Duration readHeaderTimeout,
      Duration readTimeout,
      Duration writeTimeout,
      int maxHeaderBytes,
      int maxHeaderFields) {}

  /**
   * The bounds of one push, and of all pushes under way.
   *
   * @param bodyBytes of a push as received; 0 for a share of the heap
   * @param inflatedBytes of a push when decompressed; 0 for a share of the heap
   * @param inFlightBytes of all pushes under way; 0 for a share of the heap
   * @param groupingKeyBytes of a group's labels; 0 for any
   */
  public record Push(
      int bodyBytes,
      int inflatedBytes,
      long inFlightBytes,
      int series,
      int labels,
      int nameLength,
      int labelValueLength,
      int helpLength,
      int groupingKeyBytes,
      GroupLimits groups) {}

  /**
   * The bounds of the heap.
   *
   * @param groupBytes of heap for groups and for memos; 0 for half of the heap
   * @param unreadBytes of answers; 0 for a share of the heap
   */
  public record Memory(long groupBytes, long unreadBytes) {
    /** Returns the bytes of heap for groups. */
    public long groups(long heapBytes) {
      return groupBytes == 0 ? heapBytes / 2 : groupBytes;
    }

    /** Returns the bytes of heap for answers that clients have not read yet. */
    public long unread(long heapBytes) {
      return unreadBytes == 0 ? heapBytes / SHARE_FOR_ANSWERS : unreadBytes;
    }
  }

  /** Returns the limits of pushes, for a heap that can grow to that many bytes. */
  public PushLimits pushes(long heapBytes) {
    long share = Math.max(heapBytes / SHARE_OF_HEAP, LEAST_BODY_BYTES);
    int derived = (int) Math.min(share, MOST_BODY_BYTES);
    int body = push.bodyBytes == 0 ? derived : push.bodyBytes;
    int inflated = push.inflatedBytes == 0 ? derived : push.inflatedBytes;
    // A push of the largest allowed size must have room when no other push is under way.
    long inFlight = Math.max(share, Math.max(body, inflated));
    return new PushLimits(
        body,
        inflated,
        push.inFlightBytes == 0 ? inFlight : push.inFlightBytes,
        push.groupingKeyBytes == 0 ? Integer.MAX_VALUE : push.groupingKeyBytes,
        new ContentLimits(
            2L * inflated,
            push.series,
            push.labels,
            push.nameLength,
            push.labelValueLength,
            push.helpLength));
  }

  /**
   * Returns the limit on connections. Each connection can hold a request head of the allowed size,
   * and holds an open file.
   *
   * @param maxFiles that the process may have open
   * @throws StartException if the command line asks for more than the process can have
   */
  public int connections(long heapBytes, long maxFiles) throws StartException {
    if (web.maxConnections > 0) {
      long possible = (maxFiles - OTHER_FILES) / (EXCESS_SHARE + 1) * EXCESS_SHARE;
      if (web.maxConnections > possible) {
        throw new StartException(
            "--%s: \"%d\" (expected: at most %d, because the process may have %d files open; raise that with ulimit -n)"
                .formatted(
                    LimitFlags.MAX_CONNECTIONS,
                    web.maxConnections,
                    Math.max(0, possible),
                    maxFiles),
            null);
      }
      return web.maxConnections;
    }
    long byHeap = heapBytes / SHARE_FOR_CONNECTIONS / (web.maxHeaderBytes + BYTES_PER_CONNECTION);
    long most = Math.min(Math.min(byHeap, maxFiles / 2), MOST_CONNECTIONS);
    return (int) Math.max(most, LEAST_CONNECTIONS);
  }
}
