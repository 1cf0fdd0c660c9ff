package io.holdfast.storage;

/**
 * The time of a group's last successful or last failed push.
 *
 * @param unixSeconds seconds since 1970
 * @param claimedAt since when the group has had such a stamp; of two groups whose push times would
 *     be the same series, the older is exposed
 */
record PushStamp(Version version, double unixSeconds, Version claimedAt) {}
