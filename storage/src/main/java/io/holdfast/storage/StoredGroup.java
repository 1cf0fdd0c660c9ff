package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * A group without its families.
 *
 * @param isLastPushSuccessful whether no push has failed since the last one that succeeded
 * @param lastFailureReason why the last push that failed did, however long ago; null if none did,
 *     or if that is not known
 */
public record StoredGroup(
    GroupKey key, boolean isLastPushSuccessful, @Nullable String lastFailureReason) {}
