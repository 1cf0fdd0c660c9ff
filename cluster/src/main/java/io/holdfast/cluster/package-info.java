/**
 * Replication of groups between nodes, over Hazelcast. Empty in this version: a node is alone.
 *
 * <p>The place is kept so that the arrow {@code proto <- storage <- cluster <- server} and the
 * walls between libraries hold from the beginning: only this package may see Hazelcast, and it sees
 * no HTTP. What replication needs of the data is in {@code storage} already: versions with a node
 * in them, floors for deletes and replaces, and a merge whose order does not matter.
 */
@NullMarked
package io.holdfast.cluster;

import org.jspecify.annotations.NullMarked;
