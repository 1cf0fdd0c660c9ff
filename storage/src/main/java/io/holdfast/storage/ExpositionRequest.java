package io.holdfast.storage;

import io.holdfast.proto.ExpositionFormat;

/**
 * The form in which a scraper wants an exposition.
 *
 * @param isGzip whether the output is compressed
 */
public record ExpositionRequest(ExpositionFormat format, boolean isGzip) {}
