package io.holdfast.server.page;

import java.time.Instant;

/**
 * What is around the content of every page.
 *
 * @param tab which of the links in the head is this page: {@code groups}, {@code status} or none
 */
record Frame(String title, String tab, Site site, Node node, Instant now) {
  Age age(Instant then) {
    return Age.of(then, now);
  }
}
