/**
 * Imports the groups of a Pushgateway from its persistence file.
 *
 * <p>{@code PushgatewayFile} reads the file, which is a stream of Go's encoding/gob, piece by piece
 * and without trust in anything that it says; {@code GobInput}, {@code GobTypes} and {@code
 * GobStream} know that format and nothing of Pushgateways. {@code FileMigration} decides whether
 * the file is to be read, and brings what is in it into the store.
 *
 * <p>The file is never written. What cannot be kept of it is left out with a word in the log; a
 * file that is damaged is refused as a whole.
 */
@NullMarked
package io.holdfast.server.migration;

import org.jspecify.annotations.NullMarked;
