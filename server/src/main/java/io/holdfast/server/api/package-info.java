/**
 * The API for programs, below {@code /api/v1}: status, all groups, and what a node knows of others.
 *
 * <p>Status and metrics are the Pushgateway's JSON, byte for byte. Metrics are read along the disk
 * and written one by one, so that an answer of any size takes one family's and one piece's memory.
 * If the disk fails in the middle, the answer is broken off, never ended as if it were complete.
 *
 * <p>The wipe, though its path is here, is a change: see {@code push}.
 */
@NullMarked
package io.holdfast.server.api;

import org.jspecify.annotations.NullMarked;
