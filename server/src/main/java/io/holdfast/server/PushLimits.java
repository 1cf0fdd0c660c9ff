package io.holdfast.server;

import io.holdfast.storage.ContentLimits;

/**
 * What pushes may take of the heap, so that none of them, nor many at once, can end the process. A
 * body becomes messages of ten to fifteen times its size while it is parsed.
 *
 * @param bodyBytes of one body as it came
 * @param inflatedBytes of one body when decompressed
 * @param inFlightBytes of all bodies between their first byte and their answer; of a compressed
 *     one, of the larger form
 */
record PushLimits(int bodyBytes, int inflatedBytes, long inFlightBytes, ContentLimits content) {}
