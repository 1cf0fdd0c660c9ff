/**
 * Changes by clients: PUT and POST of metrics, DELETE of a group, and the wipe.
 *
 * <p>A push is read, decompressed, parsed and rendered on one thread, then submitted; the answer
 * goes out when the store calls back, and a 200 or 202 means that the change is durable. Nothing
 * waits on a lock or on the disk. A client that has gone before its change was submitted changes
 * nothing ({@code Deadline}, in {@code http}).
 *
 * <p>Mistakes in a push are found by {@code proto} and {@code storage}; here each gets its status,
 * its count and, a few times a minute, its line in the log ({@code RefusalLog}).
 */
@NullMarked
package io.holdfast.server.push;

import org.jspecify.annotations.NullMarked;
