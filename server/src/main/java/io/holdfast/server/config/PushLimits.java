package io.holdfast.server.config;

import io.holdfast.storage.ContentLimits;

/**
 * What pushes may take of the heap, so that none of them, nor many at once, can end the process. A
 * body takes up to fifteen times its size while it is pushed; what takes more counts as more
 * ({@link io.holdfast.proto.HeapMeter}).
 *
 * @param bodyBytes of one body as it came
 * @param inflatedBytes of one body when decompressed
 * @param inFlightBytes of all bodies between their first byte and their answer; of a compressed
 *     one, of the larger form
 * @param groupingKeyBytes of all labels of a group together
 */
public record PushLimits(
    int bodyBytes,
    int inflatedBytes,
    long inFlightBytes,
    int groupingKeyBytes,
    ContentLimits content) {}
