package io.holdfast.server.page;

import java.time.Instant;

/**
 * The frame around the content of every page.
 *
 * @param tab the link in the head that leads to this page: {@code groups}, {@code status} or none
 */
record Frame(String title, String tab, Site site, Node node, Instant now) {
  Age age(Instant then) {
    return Age.of(then, now);
  }
}
