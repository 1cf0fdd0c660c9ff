/**
 * GET of the metrics, in the format that the scraper wants.
 *
 * <p>A scrape takes the store's current exposition. It sends the exposition piece by piece as the
 * scraper reads, on a thread of its own. In a cluster the scrape first waits, without a thread,
 * until the node knows whether it is fresh. If it is not, the answer is 503 instead of an
 * incomplete exposition. A format that needs the disk falls back to text while the disk fails.
 *
 * <p>This room renders nothing: storage keeps the text of every group ready.
 */
@NullMarked
package io.holdfast.server.scrape;

import org.jspecify.annotations.NullMarked;
