/**
 * TLS on the HTTP port: certificates and keys in PEM, client certificates, versions, cipher suites
 * and curves by Go's names, and the connections that Jetty makes of them.
 *
 * <p>What is asked for can be replaced while the server runs; connections keep what they were
 * opened with. Says nothing about where the settings come from.
 */
@NullMarked
package io.holdfast.server.tls;

import org.jspecify.annotations.NullMarked;
