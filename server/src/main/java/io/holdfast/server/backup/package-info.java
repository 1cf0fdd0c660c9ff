/**
 * The backup: all groups as one file ({@code GET /api/v1/admin/export}), and the groups of a file
 * back in a store ({@code POST /api/v1/admin/import}).
 *
 * <p>An export goes along a snapshot of the disk at the pace of its client, as an answer of the API
 * does. An import first lies in a file beside the store, and is read to its end before it changes
 * anything. Then each group is one change of the store, on a write quorum like a push. An import
 * that breaks off can be repeated.
 *
 * <p>The format of the file and its checks are in {@code storage}.
 */
@NullMarked
package io.holdfast.server.backup;

import org.jspecify.annotations.NullMarked;
