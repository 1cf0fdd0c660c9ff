/**
 * The server's metrics of itself, each family declared once.
 *
 * <p>Families that the Pushgateway also has bear its names and labels. {@code SelfMetrics.RESERVED}
 * lists every family with its type, so that no push can contradict one. {@code SnapshotFamily}
 * turns self metrics into the model of pushed ones, so that one writer serves both.
 *
 * <p>Counting takes no lock; any thread may count. Suppliers and listeners bring the figures of
 * other rooms. This room writes no format and answers no scrape.
 */
@NullMarked
package io.holdfast.server.metrics;

import org.jspecify.annotations.NullMarked;
