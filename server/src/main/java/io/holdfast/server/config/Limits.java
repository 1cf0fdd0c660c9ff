package io.holdfast.server.config;

import io.holdfast.server.lifecycle.StartException;
import io.holdfast.storage.ContentLimits;
import io.holdfast.storage.GroupLimits;
import java.time.Duration;

/** How much clients may ask for, as the command line says: where it leaves that open, 0. */
public record Limits(Web web, Push push, Memory memory) {
  private static final int SHARE_OF_HEAP = 64;
  private static final int SHARE_FOR_ANSWERS = 16;
  private static final long LEAST_BODY_BYTES = 1 << 20;
  private static final long MOST_BODY_BYTES = 256 << 20;

  /** Of the heap, for requests that have not arrived up to their bodies. */
  private static final int SHARE_FOR_CONNECTIONS = 4;

  /** The share of the connections by which there may be more for a moment. */
  public static final int EXCESS_SHARE = 4;

  private static final long BYTES_PER_CONNECTION = 16 << 10;
  private static final long LEAST_CONNECTIONS = 64;
  private static final long MOST_CONNECTIONS = 16_384;

  /** The store's tables and logs, the jars, other nodes. */
  private static final long OTHER_FILES = 512;

  /**
   * Bounds of connections and of request heads.
   *
   * @param maxConnections at once; 0 for what {@link #connections} finds
   * @param idleTimeout how long a connection may be open without a request
   * @param readHeaderTimeout from a request's first byte to its body
   * @param readTimeout from a request's body's beginning to its end
   * @param writeTimeout how long a client may take no byte of its answer
   * @param maxHeaderBytes of a request up to its body
   * @param maxHeaderFields of a request, those behind its body included
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
   * Bounds of one push, and of all that are under way.
   *
   * @param bodyBytes of a push as it comes; 0 for a share of the heap
   * @param inflatedBytes of a push when decompressed; 0 for the same
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
   * Bounds of the heap.
   *
   * @param groupBytes of heap for groups and what is kept for scrapes; 0 for half of the heap
   * @param unreadBytes of answers; 0 for a share of the heap
   */
  public record Memory(long groupBytes, long unreadBytes) {
    /** Of heap for groups. */
    public long groups(long heapBytes) {
      return groupBytes == 0 ? heapBytes / 2 : groupBytes;
    }

    /** Of heap for what clients have not read yet. */
    public long unread(long heapBytes) {
      return unreadBytes == 0 ? heapBytes / SHARE_FOR_ANSWERS : unreadBytes;
    }
  }

  /** What pushes may take, for a heap that may grow to so many bytes. */
  public PushLimits pushes(long heapBytes) {
    long share = Math.max(heapBytes / SHARE_OF_HEAP, LEAST_BODY_BYTES);
    int derived = (int) Math.min(share, MOST_BODY_BYTES);
    int body = push.bodyBytes == 0 ? derived : push.bodyBytes;
    int inflated = push.inflatedBytes == 0 ? derived : push.inflatedBytes;
    // Whatever is allowed alone must have room when nothing else is under way.
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
   * How many connections there may be. Each may hold a request's beginning of the allowed size, and
   * an open file.
   *
   * @param maxFiles that the process may have open
   * @throws StartException if more are asked for than the process can have
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
