package io.holdfast.storage;

/**
 * A group without its families.
 *
 * @param isLastPushSuccessful whether no push has failed since the last one that succeeded
 */
public record StoredGroup(GroupKey key, boolean isLastPushSuccessful) {}
