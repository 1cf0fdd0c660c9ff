package io.holdfast.storage;

/** A read result: the answer to a scrape. */
public sealed interface ReadResult {

  /** A fresh read result. The result has everything that was acknowledged before the question. */
  record Fresh(Exposition exposition) implements ReadResult {}

  /**
   * A stale read result: the last exposition of a node that is cut off.
   *
   * @param reason why the node is not fresh
   */
  record Stale(Exposition exposition, String reason) implements ReadResult {}

  /**
   * An unavailable read result: the node does not know yet whether its peers have more. Another
   * node can have an answer, or this node a moment later.
   */
  record Unavailable(Refusal refusal) implements ReadResult {}
}
