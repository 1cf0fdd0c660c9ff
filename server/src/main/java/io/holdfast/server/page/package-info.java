/**
 * The web page: what is shown of groups, metrics and the node, as HTML made on the server. Knows
 * nothing of HTTP: it is given parameters and a picture, and returns bytes.
 *
 * <p>The list of groups comes from memory alone ({@link io.holdfast.storage.Exposition#summaries});
 * the disk is read for a group that somebody opens. No page holds everything, whatever was pushed:
 * groups, families and series are shown by the page.
 *
 * <p>Templates are in {@code src/main/jte} and become classes of this package when it is built.
 * They escape what they are given by the place where they put it.
 */
@NullMarked
package io.holdfast.server.page;

import org.jspecify.annotations.NullMarked;
