package io.holdfast.server.config;

import io.holdfast.storage.ContentLimits;

/**
 * The heap that pushes may take, so that neither one push nor many pushes can end the process. A
 * body takes up to fifteen times its size during a push. A body that takes more is counted as more
 * ({@link io.holdfast.proto.HeapMeter}).
 *
 * @param bodyBytes of one body as received
 * @param inflatedBytes of one body when decompressed
 * @param inFlightBytes of all bodies between their first byte and their answer; the larger form of
 *     a compressed body counts
 * @param groupingKeyBytes of all labels of a group together
 */
public record PushLimits(
    int bodyBytes,
    int inflatedBytes,
    long inFlightBytes,
    int groupingKeyBytes,
    ContentLimits content) {}
