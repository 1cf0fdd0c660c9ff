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
 * <p>Nothing here does I/O, keeps state between calls or starts threads; every method may be called
 * from any thread. Whether families are consistent, with each other or with what is stored, is not
 * this package's question.
 */
@NullMarked
package io.holdfast.proto;

import org.jspecify.annotations.NullMarked;
