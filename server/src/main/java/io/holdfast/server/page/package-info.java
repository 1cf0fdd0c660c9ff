/**
 * The web page: what is shown of groups, metrics and the node, as HTML made on the server.
 *
 * <p>{@code PageHandler} alone knows HTTP and changes groups, for requests of the page itself only.
 * The other classes are given parameters and a snapshot, and return bytes.
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
