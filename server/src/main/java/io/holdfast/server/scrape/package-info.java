/**
 * GET of the metrics, in the format that the scraper wants.
 *
 * <p>A scrape takes the store's current exposition and sends it piece by piece as the scraper
 * reads, on a thread of its own. In a cluster it first waits, without a thread, until it is known
 * whether other nodes have more; if they may, it is 503 and not half an answer. A format that needs
 * the disk falls back to text while the disk fails.
 *
 * <p>This room renders nothing: storage keeps the text of every group ready.
 */
@NullMarked
package io.holdfast.server.scrape;

import org.jspecify.annotations.NullMarked;
