package io.holdfast.storage;

import java.util.Locale;

/**
 * The reason why a correct request is not served now. The answer to a client, the log line and the
 * label of the counter all carry the code. A retry is safe.
 *
 * @param text for people; names the value and, where there is one, the expected value
 */
public record Refusal(Code code, String text) {

  /** The kind of a refusal. The words of {@code docs/http-api.md} are the names in lower case. */
  public enum Code {
    STARTING,
    SHUTTING_DOWN,

    // The store.
    QUEUE_FULL,
    DISK_FULL,
    STORE_FAILED,
    MEMORY_FULL,

    // The client.
    TOO_LATE,
    CLIENT_GONE,
    LIMIT_EXCEEDED,
    TOO_MANY_CREDENTIALS,

    // The cluster.
    NOT_JOINED,
    NO_QUORUM,
    UNCONFIRMED,
    NOT_FRESH,
    STORE_INCOMPLETE,
    CLOCK_WRONG,
    CLOCK_UNCHECKED,
    PAUSED,

    /** A message of a peer is wrong. Peers get this code, and clients never do. */
    BAD_MESSAGE;

    /** Returns the code as clients, logs and metrics show it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Returns the code and the text, as the body of an answer shows them. */
  @Override
  public String toString() {
    return code.word() + ": " + text;
  }
}
