package io.holdfast.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A group without its families.
 *
 * @param isLastPushSuccessful whether no push has failed since the last successful push
 * @param lastFailureReason why the last failed push failed, however long ago; null if none failed,
 *     or if the reason is unknown
 * @param expiresAt when the group expires unless another push comes; null if the group never does
 */
public record StoredGroup(
    GroupKey key,
    boolean isLastPushSuccessful,
    @Nullable String lastFailureReason,
    @Nullable Instant expiresAt) {}
