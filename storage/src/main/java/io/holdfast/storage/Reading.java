package io.holdfast.storage;

/** What there is to be sent to a scraper. */
public sealed interface Reading {

  /** Everything that was acknowledged before the question is in it. */
  record Current(Exposition exposition) implements Reading {}

  /**
   * The last that is known here, by a node that has tried in vain to find out whether there is
   * more.
   *
   * @param reason why it does not know
   */
  record Stale(Exposition exposition, String reason) implements Reading {}

  /**
   * Nothing yet: there may be more, and this node is finding out. Another node may know, or this
   * one a moment later.
   */
  record Unsure(String reason) implements Reading {}
}
