/**
 * The import of a Pushgateway's groups from its persistence file.
 *
 * <p>{@code PushgatewayFile} reads the file, a stream of Go's encoding/gob, piece by piece and
 * without trust in its content. {@code GobInput}, {@code GobTypes} and {@code GobStream} know that
 * format and nothing of Pushgateways. {@code FileMigration} decides whether to read the file, and
 * brings its groups into the store.
 *
 * <p>The thread that starts the node imports the file, before the node listens. If the disk fails,
 * the node does not start. After a crash, the next start begins the import anew. In a cluster, each
 * node imports for itself and asks no peer.
 *
 * <p>The file is never written. Content that cannot be kept is left out, and the log names it. A
 * damaged file is refused as a whole.
 */
@NullMarked
package io.holdfast.server.migration;

import org.jspecify.annotations.NullMarked;
