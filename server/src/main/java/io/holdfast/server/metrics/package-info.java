/**
 * The server's metrics of itself, each family declared once.
 *
 * <p>Families that the Pushgateway has too bear its names and labels. {@code SelfMetrics.RESERVED}
 * lists every family with its type, so that no push can contradict one. Families are turned into
 * the model of pushed ones ({@code SnapshotFamily}), so that one writer serves both.
 *
 * <p>Counting takes no lock; any threads may count. Other rooms' figures come in by suppliers and
 * listeners. This room writes no format and answers no scrape.
 */
@NullMarked
package io.holdfast.server.metrics;

import org.jspecify.annotations.NullMarked;
