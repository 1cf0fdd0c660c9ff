/**
 * Changes by clients: PUT and POST of metrics, DELETE of a group, and the wipe.
 *
 * <p>A push is read, decompressed, parsed and rendered on one thread, then submitted. The answer
 * follows when the store calls back. A 200 or 202 means that the change is durable. Nothing waits
 * on a lock or on the disk. A client that is gone before its change is submitted changes nothing
 * ({@code Deadline}, in {@code http}).
 *
 * <p>If the disk fails, or the cluster cannot confirm a change, the answer is 503. The change can
 * still take effect; a repetition is safe.
 *
 * <p>{@code proto} and {@code storage} find mistakes in a push. This room gives each mistake its
 * status and its count. A few times a minute, a mistake gets a line in the log ({@code
 * RefusalLog}).
 */
@NullMarked
package io.holdfast.server.push;

import org.jspecify.annotations.NullMarked;
