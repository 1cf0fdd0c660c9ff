/**
 * Tests of whole processes: Holdfast as its users start it, beside the real Pushgateway, Prometheus
 * and client libraries. They run after {@code package}, need Debian's packages of those programs,
 * and fail with the package's name when one is missing. Nothing here looks into the server:
 * requests go in, answers come out.
 */
@NullMarked
package io.holdfast.server.it;

import org.jspecify.annotations.NullMarked;
