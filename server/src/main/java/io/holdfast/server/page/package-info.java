/**
 * The web page: groups, metrics and the node, as HTML made on the server.
 *
 * <p>{@code PageHandler} alone knows HTTP and changes groups. It changes groups only for requests
 * of the page itself. The other classes get parameters and a snapshot, and return bytes.
 *
 * <p>The list of groups comes from memory alone ({@link io.holdfast.storage.Exposition#summaries}).
 * The disk is read for the page of one group. Every page is bounded, whatever was pushed: groups,
 * families and series are split over pages.
 *
 * <p>Pages are made on threads of the server's pool. If the disk fails, the page of one group is
 * 503 and the list goes on. A page of a node that is not fresh says so.
 *
 * <p>Templates are in {@code src/main/jte}. The build makes them classes of this package. They
 * escape values according to the place of output.
 */
@NullMarked
package io.holdfast.server.page;

import org.jspecify.annotations.NullMarked;
