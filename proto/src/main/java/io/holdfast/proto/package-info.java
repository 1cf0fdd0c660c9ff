/**
 * The metric model and the formats in which metrics come and go.
 *
 * <p>The model is the protobuf schema of the Prometheus clients, generated into {@code
 * io.holdfast.proto.metrics}. Bodies of pushes are read by {@link io.holdfast.proto.TextParser} and
 * {@link io.holdfast.proto.DelimitedParser}, which take what Prometheus' own parsers take and throw
 * nothing but {@link io.holdfast.proto.ParseException}. {@link io.holdfast.proto.TextWriter} writes
 * the text format in pieces that can be joined. Records of the store are in {@code
 * io.holdfast.proto.store}.
 *
 * <p>The package does no I/O, keeps no state between calls and starts no threads; any thread may
 * call every method. The check that families are consistent, with each other and with stored ones,
 * is elsewhere: in {@code storage}.
 */
@NullMarked
package io.holdfast.proto;

import org.jspecify.annotations.NullMarked;
