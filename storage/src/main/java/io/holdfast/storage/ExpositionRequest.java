package io.holdfast.storage;

import io.holdfast.proto.ExpositionFormat;

/**
 * How a scraper wants an exposition.
 *
 * @param isGzip whether it is to be compressed
 */
public record ExpositionRequest(ExpositionFormat format, boolean isGzip) {}
