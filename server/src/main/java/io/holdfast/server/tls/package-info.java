/**
 * TLS on the HTTP port. This room reads certificates and keys in PEM and checks client
 * certificates. It knows versions, cipher suites and curves by Go's names, and makes connections
 * for Jetty.
 *
 * <p>The settings can be replaced while the server runs. Open connections keep their settings.
 * Jetty's threads make the handshakes; any thread may replace the settings. A handshake uses no
 * disk, because keys and certificates are in memory.
 *
 * <p>This room does not know where the settings come from.
 */
@NullMarked
package io.holdfast.server.tls;

import org.jspecify.annotations.NullMarked;
