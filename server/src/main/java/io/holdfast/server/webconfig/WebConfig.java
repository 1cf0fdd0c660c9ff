package io.holdfast.server.webconfig;

import io.holdfast.server.access.RateLimit;
import io.holdfast.server.access.Users;
import io.holdfast.server.tls.TlsSettings;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a web config file, complete and checked.
 *
 * @param tls null for plain HTTP
 * @param http2 whether HTTP/2 is offered; with TLS only
 * @param headers that every answer gets
 * @param rateLimit null for none
 */
public record WebConfig(
    @Nullable TlsSettings tls,
    boolean http2,
    Map<String, String> headers,
    Users users,
    @Nullable RateLimit rateLimit) {}
