/**
 * The server's metrics of itself, each family declared once.
 *
 * <p>Families that the Pushgateway also has bear its names and labels. {@code SelfMetrics.RESERVED}
 * lists every family with its type, so that no push can contradict one. {@code SnapshotFamily}
 * turns self metrics into the model of pushed ones, so that one writer serves both.
 *
 * <p>Counting takes no lock; any thread may count. Suppliers and listeners bring the figures of
 * other rooms. A scrape asks the suppliers on the thread that makes the answer. Only the size of
 * the store is looked up on the disk; the size is 0 if the directory cannot be read. This room
 * writes no format and answers no scrape.
 */
@NullMarked
package io.holdfast.server.metrics;

import org.jspecify.annotations.NullMarked;
