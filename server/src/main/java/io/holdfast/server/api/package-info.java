/**
 * The API for programs, below {@code /api/v1}: status, all groups, deletes of selected groups, and
 * a node's view of the cluster.
 *
 * <p>Status and metrics are the Pushgateway's JSON, byte for byte. Metrics are read from the disk
 * and written one by one. So an answer of any size takes the memory of one family and one piece. If
 * the disk fails in the middle, the answer breaks off. A broken answer never ends as if it were
 * complete.
 *
 * <p>The list of groups comes from memory alone, and goes on while the disk fails. A node that is
 * not fresh refuses the request, or marks the answer as stale. Large answers are made on threads of
 * the server's pool. Each answer has its own JSON writer; any thread may use one.
 *
 * <p>The wipe has its path here, but it is a change: see {@code push}.
 */
@NullMarked
package io.holdfast.server.api;

import org.jspecify.annotations.NullMarked;
