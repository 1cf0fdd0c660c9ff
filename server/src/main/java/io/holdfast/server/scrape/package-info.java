/**
 * GET of the metrics, in the format that the scraper wants.
 *
 * <p>A scrape takes the store's latest exposition, and sends the exposition piece by piece as the
 * scraper reads. Pieces are made on threads of the server's pool. In a cluster the scrape first
 * waits, without a thread, until the node knows its own freshness. A node that is not fresh answers
 * 503, or marks the answer as stale. A format that needs the disk falls back to text while the disk
 * fails.
 *
 * <p>This room renders nothing: storage keeps the text of every group ready.
 */
@NullMarked
package io.holdfast.server.scrape;

import org.jspecify.annotations.NullMarked;
